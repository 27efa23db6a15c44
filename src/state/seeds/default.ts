import type { Seed } from '../document/document.ts';

const organizationId = '0a6f2a52-3c1d-4d62-9d0e-8f3c5b7a1e00';
/** The sub-account of the API documentation's examples. */
const production = '1536356a-b26f-4feb-8cd5-56b54b6c51d2';
const staging = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

const zone = 'us-east-1a';
const named = (name: string) => [{ key: 'Name', value: name }];
const day = 24 * 60;

/**
 * The world of the API documentation: its own ids, so that every example there succeeds when it is pasted, and a
 * volume in every state worth meeting. Statuses of a transition under way are held.
 */
export const defaultSeed: Seed = {
  organizationId,
  name: 'Example organization',
  accounts: [
    { accountId: production, name: 'production', awsAccountId: '123456789012' },
    { accountId: staging, name: 'staging' },
  ],
  tokens: [
    { token: 'organization-token', accountId: organizationId, description: 'any sub-account, named by ?accounts=' },
    { token: 'account-token', accountId: production, description: `sub-account production, ${production}` },
    { token: 'staging-account-token', accountId: staging, description: `sub-account staging, ${staging}` },
    { token: 'readonly-token', accountId: production, description: 'production, may only read', readOnly: true },
    { token: 'expired-token', accountId: production, description: 'production, expired', expiresInMinutes: -60 },
  ],
  failingRoles: [
    {
      roleArn: 'arn:aws:iam::123456789012:role/datafy-without-permissions',
      reason: 'it may not call ec2:CreateVolume',
    },
  ],
  instances: [
    {
      instanceId: 'i-09759c0bdec242294',
      accountId: production,
      availabilityZone: zone,
      agent: true,
      clusterName: 'production-cluster',
      nodeGroupName: 'workers',
      tags: named('worker-1'),
    },
    {
      instanceId: 'i-0a1b2c3d4e5f60002',
      accountId: production,
      availabilityZone: zone,
      agent: false,
      tags: named('without-agent'),
    },
    {
      instanceId: 'i-0a1b2c3d4e5f60003',
      accountId: production,
      availabilityZone: 'us-east-1b',
      agent: true,
      tags: named('other-zone'),
    },
    { instanceId: 'i-0a1b2c3d4e5f60004', accountId: staging, availabilityZone: zone, agent: true },
  ],
  volumes: [
    {
      volumeId: 'vol-0b9176567fe16f0bc',
      accountId: production,
      status: 'managed',
      sizeGb: 100,
      availabilityZone: zone,
      backingVolumeIds: ['vol-0b9176567fe16f001', 'vol-0b9176567fe16f002'],
      tags: named('documentation-example'),
      ageMinutes: 30 * day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60010',
      accountId: production,
      status: 'managed',
      sizeGb: 200,
      availabilityZone: zone,
      backingVolumeIds: ['vol-0a1b2c3d4e5f60011', 'vol-0a1b2c3d4e5f60012'],
      attachment: { instanceId: 'i-09759c0bdec242294', deviceName: '/dev/sdf' },
      tags: named('managed-attached'),
      ageMinutes: 20 * day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60020',
      accountId: production,
      status: 'managed',
      sizeGb: 50,
      availabilityZone: zone,
      backingVolumeIds: ['vol-0a1b2c3d4e5f60021', 'vol-0a1b2c3d4e5f60022'],
      attachment: { instanceId: 'i-09759c0bdec242294', deviceName: '/dev/sdg' },
      modifications: [{ status: 'modifying', sizeGb: 80 }],
      tags: named('modification-under-way'),
      ageMinutes: 20 * day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60030',
      accountId: production,
      status: 'ordinary',
      sizeGb: 40,
      availabilityZone: zone,
      attachment: { instanceId: 'i-09759c0bdec242294', deviceName: '/dev/sdh' },
      tags: named('ordinary-eligible'),
      ageMinutes: 10 * day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60040',
      accountId: production,
      status: 'ordinary',
      sizeGb: 8,
      availabilityZone: zone,
      boot: true,
      attachment: { instanceId: 'i-09759c0bdec242294', deviceName: '/dev/xvda' },
      tags: named('boot-volume'),
      ageMinutes: 10 * day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60050',
      accountId: production,
      status: 'ordinary',
      sizeGb: 60,
      availabilityZone: zone,
      attachment: { instanceId: 'i-0a1b2c3d4e5f60002', deviceName: '/dev/sdf' },
      tags: named('instance-without-agent'),
      ageMinutes: 10 * day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60060',
      accountId: production,
      status: 'creating',
      sizeGb: 20,
      availabilityZone: zone,
      restoredFrom: 'dsnap-0b9176567fe16f0bd',
      backingVolumeIds: ['vol-0a1b2c3d4e5f60061', 'vol-0a1b2c3d4e5f60062'],
      tags: named('being-created'),
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60070',
      accountId: production,
      status: 'activating',
      sizeGb: 70,
      availabilityZone: zone,
      attachment: { instanceId: 'i-09759c0bdec242294', deviceName: '/dev/sdi' },
      tags: named('being-activated'),
      ageMinutes: 5 * day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60080',
      accountId: production,
      status: 'deactivating',
      sizeGb: 90,
      availabilityZone: zone,
      backingVolumeIds: ['vol-0a1b2c3d4e5f60081', 'vol-0a1b2c3d4e5f60082'],
      attachment: { instanceId: 'i-09759c0bdec242294', deviceName: '/dev/sdj' },
      tags: named('being-deactivated'),
      ageMinutes: 5 * day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60090',
      accountId: production,
      status: 'replaced',
      sizeGb: 30,
      availabilityZone: zone,
      replacedBy: 'vol-0a1b2c3d4e5f60091',
      tags: named('replaced'),
      ageMinutes: 15 * day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f60091',
      accountId: production,
      status: 'ordinary',
      sizeGb: 30,
      availabilityZone: zone,
      attachment: { instanceId: 'i-09759c0bdec242294', deviceName: '/dev/sdk' },
      tags: named('replacement'),
      ageMinutes: day,
    },
    {
      volumeId: 'vol-0a1b2c3d4e5f600a0',
      accountId: staging,
      status: 'managed',
      sizeGb: 100,
      availabilityZone: zone,
      backingVolumeIds: ['vol-0a1b2c3d4e5f600a1', 'vol-0a1b2c3d4e5f600a2'],
      attachment: { instanceId: 'i-0a1b2c3d4e5f60004', deviceName: '/dev/sdf' },
      tags: named('staging-managed'),
      ageMinutes: 3 * day,
    },
  ],
  snapshots: [
    {
      // Taken when the volume had 20 GiB: the size that the documentation's restore answers with.
      datafySnapshotId: 'dsnap-0b9176567fe16f0bd',
      accountId: production,
      volumeId: 'vol-0b9176567fe16f0bc',
      status: 'completed',
      sizeGb: 20,
      description: 'before it grew to 100 GiB',
      ebsSnapshots: [
        { snapshotId: 'snap-0b9176567fe16f001', volumeId: 'vol-0b9176567fe16f001' },
        { snapshotId: 'snap-0b9176567fe16f002', volumeId: 'vol-0b9176567fe16f002' },
      ],
      ageMinutes: 20 * day,
    },
    {
      datafySnapshotId: 'dsnap-0a1b2c3d4e5f60014',
      accountId: production,
      volumeId: 'vol-0a1b2c3d4e5f60010',
      status: 'pending',
      sizeGb: 200,
      description: 'held: it never completes by itself',
      ebsSnapshots: [
        { snapshotId: 'snap-0a1b2c3d4e5f60015', volumeId: 'vol-0a1b2c3d4e5f60011' },
        { snapshotId: 'snap-0a1b2c3d4e5f60016', volumeId: 'vol-0a1b2c3d4e5f60012' },
      ],
    },
    {
      datafySnapshotId: 'dsnap-0a1b2c3d4e5f60017',
      accountId: production,
      volumeId: 'vol-0a1b2c3d4e5f60010',
      status: 'error',
      sizeGb: 200,
      description: 'failed: it cannot be restored',
      ebsSnapshots: [
        { snapshotId: 'snap-0a1b2c3d4e5f60018', volumeId: 'vol-0a1b2c3d4e5f60011' },
        { snapshotId: 'snap-0a1b2c3d4e5f60019', volumeId: 'vol-0a1b2c3d4e5f60012' },
      ],
      ageMinutes: day,
    },
  ],
};
