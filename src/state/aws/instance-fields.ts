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
  yesOrNo,
} from '../fields/schemas.ts';

/** An EC2 instance: its columns and its document, in the order of an export. */
export const instanceFields = {
  instanceId: kept('id', Type.Optional(id('i', 'Left out: made, the same every time.'))),
  accountId: owner,
  availabilityZone: kept('availability_zone', Type.Optional(text('Left out: us-east-1a.')), 'us-east-1a'),
  agent: flag('agent', Type.Optional(yesOrNo("Whether Datafy's agent runs on it. Left out: yes.")), true),
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
  agent: face(its.agent, Type.Boolean({ description: agentRuns })),
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
