import { Type } from '@sinclair/typebox';
import { type Faces, face } from '../fields/face.ts';
import { type Fields, flag, json, kept, moment, orNull } from '../fields/field.ts';
import {
  createdAt,
  id,
  name,
  named,
  nullable,
  owner,
  ownerId,
  plainId,
  plainZone,
  tag,
  tags,
  tagsGiven,
  text,
  told,
  utc,
  words,
  yesOrNo,
} from '../fields/schemas.ts';
import { agentModes, newestAgent } from './agent.ts';

const instanceType = Type.Optional(
  Type.String({
    title: 'an instance type',
    pattern: '^[a-z][a-z0-9-]{0,20}[.][a-z0-9-]{1,20}$',
    description: 'Left out: m5.large.',
  }),
);
const agentVersion = Type.Optional(
  Type.String({
    title: 'a version of three numbers',
    pattern: '^[0-9]{1,5}[.][0-9]{1,5}[.][0-9]{1,5}$',
    description: `The agent's. Left out: ${newestAgent}, the newest.`,
  }),
);

/** An EC2 instance: its columns and its document, in the order of an export. */
export const instanceFields = {
  instanceId: kept('id', Type.Optional(id('i', 'Left out: made, the same every time.'))),
  accountId: owner,
  availabilityZone: kept('availability_zone', Type.Optional(text('Left out: us-east-1a.')), 'us-east-1a'),
  instanceType: kept('instance_type', instanceType, 'm5.large'),
  agent: flag('agent', Type.Optional(yesOrNo("Whether Datafy's agent runs on it. Left out: yes.")), true),
  agentMode: kept(
    'agent_mode',
    Type.Optional(words(agentModes, 'A Sensor only looks. Left out: AutoScaler.')),
    'AutoScaler',
  ),
  agentVersion: kept('agent_version', agentVersion, newestAgent),
  clusterName: orNull('cluster_name', Type.Optional(name('The Kubernetes cluster that it is of.', 256))),
  nodeGroupName: orNull('node_group_name', Type.Optional(name('The node group that it is of.', 256))),
  tags: json('tags', tags, []),
  createdAt: moment('created_at', createdAt),
} satisfies Fields;

const its = instanceFields;
const agentRuns = "Whether Datafy's agent runs on it.";

/** An instance as a reader sees it, in this order. */
export const instanceView = {
  instanceId: face(its.instanceId, plainId('i')),
  accountId: ownerId,
  availabilityZone: face(its.availabilityZone, plainZone),
  instanceType: face(its.instanceType, told(Type.String(), 'Such as `m5.large`.')),
  agent: face(its.agent, Type.Boolean({ description: agentRuns })),
  agentMode: told(nullable(words(agentModes)), 'What the agent is; null: none runs.'),
  agentVersion: told(nullable(Type.String()), "The agent's version; null: none runs."),
  clusterName: face(
    its.clusterName,
    told(nullable(Type.String()), 'The Kubernetes cluster that it is in; null: none.'),
  ),
  nodeGroupName: face(its.nodeGroupName, told(nullable(Type.String()), 'The node group that it is in; null: none.')),
  tags: face(its.tags, told(Type.Array(tag), 'All of them.')),
  createdAt: face(its.createdAt, utc),
} satisfies Faces;

/** An instance that is to be launched, as if in AWS. What is left out has the default of its field. */
export const newInstance = {
  availabilityZone: face(its.availabilityZone, told(Type.String(), 'Such as `us-east-1a`.')),
  agent: face(
    its.agent,
    told(Type.Optional(Type.Boolean({ description: agentRuns, default: true })), `${agentRuns} Left out: true.`),
  ),
  instanceType: face(its.instanceType, its.instanceType.schema),
  agentMode: face(its.agentMode, its.agentMode.schema),
  agentVersion: face(its.agentVersion, its.agentVersion.schema),
  clusterName: face(its.clusterName, its.clusterName.schema),
  nodeGroupName: face(its.nodeGroupName, its.nodeGroupName.schema),
  tags: face(its.tags, told(Type.Optional(tagsGiven), '50 at most [D]; left out: none.')),
  instanceId: face(
    its.instanceId,
    told(
      named(its.instanceId.schema, 'Left out: one that the world makes.'),
      '`i-` and 8 to 17 hex digits; left out: one that the world makes.',
    ),
  ),
} satisfies Faces;

/** What can change on a running instance. What is left out stays. */
export const instanceChange = {
  agent: face(its.agent, Type.Optional(Type.Boolean({ description: agentRuns }))),
  agentMode: face(its.agentMode, named(its.agentMode.schema, 'A Sensor only looks.')),
  agentVersion: face(its.agentVersion, named(its.agentVersion.schema, "The agent's version.")),
  clusterName: face(
    its.clusterName,
    Type.Optional({ ...nullable(its.clusterName.schema), description: 'Null: it is in none.' }),
  ),
  nodeGroupName: face(
    its.nodeGroupName,
    Type.Optional({ ...nullable(its.nodeGroupName.schema), description: 'Null: it is in none.' }),
  ),
  tags: face(its.tags, Type.Optional({ ...tagsGiven, description: 'These, and no others.' })),
} satisfies Faces;
