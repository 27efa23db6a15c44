import type { Clock } from '../ground/clock.ts';
import { createEbsAttachments } from './aws/attachments.ts';
import { createInstances } from './aws/instances.ts';
import { createEbsModifications } from './aws/modifications.ts';
import { createEbsVolumes } from './aws/volumes.ts';
import { createAttachments } from './datafy/attachments.ts';
import { createAutoscaling } from './datafy/autoscaling.ts';
import { createAws } from './datafy/aws.ts';
import { createCreation } from './datafy/creation.ts';
import { createDescribe, type VolumeHead } from './datafy/describe.ts';
import { createInventory } from './datafy/inventory.ts';
import { createMembers } from './datafy/members.ts';
import { createModifications } from './datafy/modifications.ts';
import { createRules } from './datafy/rules.ts';
import { createSnapshots } from './datafy/snapshots.ts';
import { createVolumes } from './datafy/volumes.ts';
import { createCommits } from './engine/commits.ts';
import { createFaults } from './engine/faults.ts';
import { createMachine } from './engine/machine.ts';
import { createMemory } from './engine/remembered.ts';
import { createRun, type Observer } from './engine/run.ts';
import { createWorlds } from './engine/worlds.ts';
import type { Database } from './storage/database.ts';
import { createAccounts } from './tenancy/accounts.ts';
import { createRoleArns } from './tenancy/role-arns.ts';
import { createTokens } from './tenancy/tokens.ts';
import { createCheckpoints } from './world/checkpoints.ts';
import { createControl } from './world/control.ts';
import { createCopies } from './world/copies.ts';
import { createExport } from './world/export.ts';
import { createImport } from './world/import.ts';

/** Puts the engine together: each part is given those that it stands on. */
export function createParts(db: Database, clock: Clock, observer: Observer) {
  const memory = createMemory();
  const commits = createCommits(db, () => worlds.ids.keep(), memory.forgetAll);
  const worlds = createWorlds(db, clock, memory);
  const faults = createFaults(worlds);
  const machine = createMachine(db, faults, memory);
  const ebsVolumes = createEbsVolumes(db, machine);
  const ebsAttachments = createEbsAttachments(db, machine, ebsVolumes);
  const ebsModifications = createEbsModifications(db, machine, ebsVolumes);
  const volumes = createVolumes(db);
  const members = createMembers(db, machine, worlds, ebsVolumes, ebsAttachments, ebsModifications);
  const tokens = createTokens(db, worlds, memory);
  const accounts = createAccounts(db, worlds, volumes, tokens);
  const roleArns = createRoleArns(db, faults);
  const instances = createInstances(db);
  const attachments = createAttachments(db, machine, volumes, members, instances);
  const modifications = createModifications(db, machine, volumes, members, attachments);
  const snapshots = createSnapshots(db, machine, worlds, volumes);
  const creation = createCreation(machine, worlds, volumes, members, snapshots);
  const autoscaling = createAutoscaling(machine, worlds, volumes, members, attachments, modifications, snapshots);
  const rules = createRules(db, machine, worlds, volumes, instances, attachments);
  const aws = createAws(machine, worlds, volumes, members, instances, attachments, rules);
  const describe = createDescribe(volumes, members, attachments, modifications);
  const inventory = createInventory(db, describe, volumes, instances);
  const lists = { rules, instances };
  const effects = [
    ebsAttachments.effects,
    ebsModifications.effects,
    modifications.effects,
    autoscaling.effects,
    rules.effects,
  ];

  const heads = memory.untilWrite<VolumeHead>(commits.changes);
  const { settle, settleUntilIdle, run, runPlan, read } = createRun({ commits, worlds, machine, effects, observer });

  const control = createControl({
    worlds,
    machine,
    faults,
    checkpoints: createCheckpoints(db, { copies: createCopies(db), memory, worlds, accounts, tokens }),
    exportWorld: createExport(db, worlds, lists),
    importWorld: createImport(db, {
      machine,
      memory,
      worlds,
      accounts,
      tokens,
      roleArns,
      lists,
      instances,
      volumes,
      members,
      attachments,
      modifications,
      snapshots,
    }),
    settle,
    settleUntilIdle,
    alone: commits.alone,
    renewed: (organization) =>
      commits.afterwards(() => {
        faults.beginAnew(organization);
        observer.renewed?.(organization);
      }),
    replaced: (organization) => commits.afterwards(() => observer.replaced?.(organization)),
    removed: (organization) =>
      commits.afterwards(() => {
        faults.beginAnew(organization);
        observer.removed?.(organization);
      }),
  });

  return {
    accounts,
    aws,
    attachments,
    autoscaling,
    commits,
    control,
    creation,
    describe,
    faults,
    heads,
    inventory,
    modifications,
    read,
    roleArns,
    rules,
    run,
    runPlan,
    settle,
    snapshots,
    tokens,
    volumes,
    worlds,
  };
}
