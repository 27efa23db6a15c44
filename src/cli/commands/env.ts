import { Type } from '@sinclair/typebox';
import type { Command } from 'commander';
import { Failure } from '../../ground/failure.ts';
import { hashSecret } from '../../ground/secrets.ts';
import { flag, oneOf, textFlag } from '../../options/option.ts';
import { optionTable } from '../../options/options.ts';
import { findSeedFile, readSeed } from '../../seed/seed.ts';
import type { Seed } from '../../state/document/document.ts';
import { loadSeed } from '../../state/seeds/index.ts';
import { seedNames } from '../../state/seeds/names.ts';
import { isReadOnly } from '../../state/tenancy/roles.ts';
import type { WorldControl } from '../../types/control.ts';
import type { TokenDocument } from '../../types/world-document.ts';
import { variable } from '../flags.ts';
import { addExamples } from '../help.ts';
import { jsonTable, print } from '../print.ts';
import { remote } from '../remote.ts';

/** The variable that each of Datafy's Terraform providers takes the address from [C]. */
const addressOf = { datafy: 'DATAFY_ENDPOINT', datafyaws: 'DATAFY_URL' } as const;

type Client = keyof typeof addressOf;

const clients = Object.keys(addressOf) as Client[];

const table = {
  client: flag({
    name: 'client',
    schema: Type.Unsafe<Client>(Type.Union(clients.map((each) => Type.Literal(each)))),
    placeholder: 'CLIENT',
    help: 'for one Terraform provider: datafy, which creates accounts, or datafyaws',
    accepts: oneOf(clients),
  }),
  account: textFlag(
    'account',
    'ACCOUNT',
    'whose token: an account by its name or id; else any sub-account',
    'the name or the id of an account',
  ),
  token: textFlag('token', 'TOKEN', 'this token, if the world has it', 'the secret of a token'),
};

/**
 * Where the emulator is, and a token. The token is never made up: the running emulator knows its tokens by their hashes,
 * and one is printed only where it agrees with one of them.
 */
export function define(command: Command, env: NodeJS.ProcessEnv): void {
  addExamples(command, 'eval "$(datafy-emulator env)"', 'eval "$(datafy-emulator env --client datafy)"');
  remote(command, env, { ...table, ...jsonTable }, async ({ world, worldName, url, flags }) => {
    const token = await findToken(world, worldName, flags, env);
    const wanted = flags.client === undefined ? clients : [flags.client];
    const addresses = Object.fromEntries(wanted.map((client) => [addressOf[client], url]));
    const variables = { ...addresses, DATAFY_TOKEN: token };
    const words = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}`);
    print(variables, flags, () => `export ${words.join(' ')}`);
  });
}

interface Wanted {
  client: Client | undefined;
  account: string | undefined;
  token: string | undefined;
}

/** A secret whose hash the world has, of a token that has not expired; one that may write before one that may not. */
async function findToken(
  world: WorldControl,
  worldName: string,
  { client, account, token }: Wanted,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { now } = await world.clock.get();
  const { tokens } = await world.state.export();
  const accounts = await world.accounts();
  if (account !== undefined && !accounts.some((each) => each.accountId === account || each.name === account)) {
    const names = accounts.map(({ name }) => name).join(', ');
    throw new Failure(1, `There is no account ${JSON.stringify(account)} in ${worldName}: there are ${names}`);
  }
  const isOf = ({ accountId, roleIds = [] }: TokenDocument) => {
    const owner = accounts.find((each) => each.accountId === accountId);
    if (account !== undefined) return account === accountId || account === owner?.name;
    if (token !== undefined) return true;
    // Only an organization token may create accounts.
    const isOrganization = owner?.parentAccountId === null;
    return client === 'datafy' ? isOrganization && !isReadOnly(roleIds) : !isOrganization;
  };
  const secrets = token === undefined ? await knownSecrets(env) : [token];
  const found = tokens
    .filter((each) => isOf(each) && (each.expires === undefined || each.expires > now))
    .flatMap((each) => secrets.filter((secret) => hashSecret(secret).toString('hex') === each.secretHash));
  // In the order of the seeds: the default one names first those that may do everything.
  const [first] = secrets.filter((secret) => found.includes(secret));
  if (first !== undefined) return first;
  const whose =
    account !== undefined ? ` of account ${account}` : client === 'datafy' ? ' that may create accounts' : '';
  if (token !== undefined) throw new Failure(1, `There is no such token${whose} in ${worldName}, or it has expired`);
  throw new Failure(
    1,
    `Which tokens${whose} there are in ${worldName} is known by their hashes only, and none is of a seed: name one with --token`,
  );
}

/** The secrets of the tokens that seeds make: first the one that a start in this folder would take. */
async function knownSecrets(env: NodeJS.ProcessEnv): Promise<string[]> {
  const seeds = await Promise.all([...(await ownSeed(env)), ...seedNames.map(loadSeed)]);
  return seeds.flatMap(({ tokens }) => tokens).flatMap(({ token }) => (token === undefined ? [] : [token]));
}

/** A seed file that cannot be used started no emulator: it has nothing to say here. */
async function ownSeed(env: NodeJS.ProcessEnv): Promise<Seed[]> {
  try {
    const seed = variable(env, optionTable.seed.variable) || findSeedFile(process.cwd());
    return seed ? [(await readSeed(seed)).document] : [];
  } catch {
    return [];
  }
}

/** A word for any shell that knows `export`. */
const quote = (text: string) => (/^[\w.:/@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
