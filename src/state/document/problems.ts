import {
  earliestInstant,
  formatInstant,
  isOfClock,
  isWritable,
  latestInstant,
  parseInstant,
} from '../../ground/clock.ts';
import { EmulatorError } from '../../ground/errors.ts';
import { hashSecret } from '../../ground/secrets.ts';
import { regionOf } from '../aws/ebs.ts';
import { findTagProblem, type Tag } from '../aws/tags.ts';
import { checkRule } from '../rules/grammar.ts';
import { checkRoleArn } from '../tenancy/role-arns.ts';
import type { Seed } from './document.ts';
import { type ListName, listNames, lists } from './lists.ts';
import { createReport, inBody, mostOf, type NameOf, type Path, type Problem, type Report } from './problem.ts';
import { reportVolumes } from './volume-problems.ts';

/** @throws EmulatorError `world-invalid`, which names what cannot be put in place. */
export function checkWorld(document: Seed, nameOf = inBody): void {
  const { named, more } = mostOf(findProblems(document, nameOf));
  if (named.length === 0) return;
  const problem = named.map(({ message }) => message).join('; ') + (more > 0 ? `; and ${more} more` : '');
  throw new EmulatorError('world-invalid', { problem });
}

/**
 * What is wrong with a filled-in document that fits its schema: what the constraints of the tables rule out, what no
 * call would have let come about (EBS's limits, zones, device names, tags), and names of things that are not there. A
 * document without problems can be put in place, unless it has a secret of another world.
 */
export function findProblems(document: Seed, nameOf: NameOf = inBody): Problem[] {
  const report = createReport(nameOf);
  // First what other problems may follow from.
  const isAccount = new Set([document.ownAccountId, ...document.accounts.map(({ accountId }) => accountId)]);
  for (const list of ['tokens', ...listNames, 'volumes', 'snapshots'] as const) {
    for (const [at, { accountId }] of (document[list] ?? []).entries()) {
      if (!isAccount.has(accountId)) report.say([list, at, 'accountId'], `${accountId} is none of the accounts`);
    }
  }
  reportClock(document, report);
  reportAccounts(document, report);
  reportTokens(document, report);
  for (const list of listNames) reportIds(document, list, report);
  reportRules(document, report);
  reportVolumes(document, report);
  for (const list of ['instances', 'volumes', 'snapshots'] as const) {
    for (const [at, { tags }] of document[list].entries()) reportTags(tags, [list, at, 'tags'], report);
  }
  for (const list of ['instances', 'volumes'] as const) {
    for (const [at, { availabilityZone }] of document[list].entries()) {
      const path = [list, at, 'availabilityZone'];
      report.attempt(path, { availabilityZone: nameOf(path) }, () => regionOf(availabilityZone));
    }
  }
  return report.problems;
}

function reportClock({ clock }: Seed, { say }: Report): void {
  const now = clock?.now === undefined ? undefined : parseInstant(clock.now);
  if (now === undefined || isOfClock(now)) return;
  const range = `from ${formatInstant(earliestInstant)} to ${formatInstant(latestInstant)}`;
  say(['clock', 'now'], `${clock?.now} is out of reach: a clock goes ${range}`);
}

function reportAccounts(document: Seed, { attempt, unique, nameOf }: Report): void {
  const ids = unique();
  ids(document.ownAccountId ?? document.organizationId, ['ownAccountId']);
  const checkRole = (path: Path, roleArn: string | undefined) => {
    if (roleArn !== undefined) attempt(path, { roleArn: nameOf(path) }, () => checkRoleArn(roleArn));
  };
  checkRole(['roleArn'], document.roleArn);
  for (const [at, { accountId, roleArn }] of document.accounts.entries()) {
    ids(accountId, ['accounts', at, 'accountId']);
    checkRole(['accounts', at, 'roleArn'], roleArn);
  }
  const inAws = unique();
  if (document.awsAccountId !== undefined) inAws(document.awsAccountId, ['awsAccountId']);
  for (const [at, { awsAccountId }] of document.accounts.entries()) {
    if (awsAccountId !== undefined) inAws(awsAccountId, ['accounts', at, 'awsAccountId']);
  }
  const failing = unique();
  for (const [at, { roleArn }] of (document.failingRoles ?? []).entries()) {
    failing(roleArn, ['failingRoles', at, 'roleArn']);
  }
}

function reportTokens({ tokens }: Seed, { say, unique }: Report): void {
  const [ids, secrets] = [unique(), unique('secret')];
  for (const [at, { token, secretHash, tokenId, createdAt, expiresInMinutes }] of tokens.entries()) {
    const path = ['tokens', at];
    const made = createdAt === undefined ? undefined : parseInstant(createdAt);
    if (made !== undefined && expiresInMinutes !== undefined && !isWritable(made + expiresInMinutes * 60_000)) {
      say([...path, 'expiresInMinutes'], `is ${expiresInMinutes}: no date is so far from ${createdAt}`);
    }
    if (tokenId !== undefined) ids(tokenId, [...path, 'tokenId']);
    if (token !== undefined && secretHash !== undefined) {
      say([...path, 'secretHash'], 'is there beside token: give one of the two');
    } else if (token !== undefined) secrets(hashSecret(token).toString('hex'), [...path, 'token']);
    else if (secretHash !== undefined) secrets(secretHash, [...path, 'secretHash']);
    else say(path, 'has no secret: give it token or secretHash');
  }
}

/** Two things of a list with one id. */
function reportIds(document: Seed, list: ListName, { unique }: Report): void {
  const [ids, { id }] = [unique(), lists[list]];
  for (const [at, thing] of (document[list] ?? []).entries()) {
    ids((thing as unknown as Record<string, string>)[id] as string, [list, at, id]);
  }
}

function reportRules({ rules = [] }: Seed, { add, nameOf }: Report): void {
  for (const [at, { rule }] of rules.entries()) {
    const path = ['rules', at];
    const found = checkRule(rule);
    if (!found) continue;
    // Both begin with "rule".
    const name = nameOf([...path, 'rule']) + found.message.slice('rule'.length);
    const within = (found.path.match(/[^.[\]]+/g) ?? []).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    add([...path, ...within], name);
  }
}

function reportTags(tags: readonly Tag[] | undefined, path: Path, { say }: Report): void {
  const found = tags && findTagProblem(tags);
  if (found) say([...path, ...found.at], found.problem);
}
