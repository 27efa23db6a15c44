import { hash } from 'node:crypto';
import { AwsError, invalidCombination, shortened } from '../wire/errors.ts';
import type { PagedOperation } from '../wire/shapes.ts';

interface Rules {
  /** The member that names things: it goes with no page. Absent where there is none, or where it does. */
  readonly ids?: string;
  /** What EC2 calls that member in its sentence. */
  readonly set?: string;
}

/** What each operation calls its ids: recorded for volumes and their modifications [R], known of instances [I]. */
const rules: { readonly [O in PagedOperation]: Rules } = {
  DescribeVolumes: { ids: 'VolumeIds', set: 'volumeIdsSet' },
  DescribeVolumeStatus: { ids: 'VolumeIds', set: 'volumeIdsSet' },
  DescribeVolumesModifications: { ids: 'VolumeIds', set: 'volumeModificationSet' },
  DescribeSnapshots: { ids: 'SnapshotIds', set: 'snapshotIdsSet' },
  DescribeInstances: { ids: 'InstanceIds', set: 'instancesSet' },
  DescribeInstanceStatus: { ids: 'InstanceIds', set: 'instancesSet' },
  DescribeImages: { ids: 'ImageIds', set: 'imageIdsSet' },
  DescribeInstanceTypes: { ids: 'InstanceTypes', set: 'instanceTypesSet' },
  DescribeInstanceCreditSpecifications: { ids: 'InstanceIds', set: 'instanceIdsSet' },
  DescribeSnapshotTierStatus: {},
  DescribeTags: {},
  DescribeVpcs: { ids: 'VpcIds', set: 'vpcIdsSet' },
};

const least = 5;
/** A page has no more, however many are asked for: EC2 refuses no larger number [R]. */
const mostPerPage = 1000;

export interface Page {
  /** How many rows it may have; undefined where the call asks for no pages. */
  readonly limit: number | undefined;
  /** Behind which place it begins; undefined for the first page. */
  readonly after: string | undefined;
}

interface PagedRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * Which page a call asks for.
 *
 * @param owner whose things are listed, such as account and region: a token of another's is none.
 * @throws AwsError InvalidParameterCombination for ids and a page, and then InvalidParameterValue [R].
 */
export function readPage(operation: PagedOperation, owner: string, request: PagedRequest): Page {
  const { ids, set } = rules[operation];
  const { MaxResults, NextToken } = request;
  const named = ids === undefined ? undefined : (request as Readonly<Record<string, unknown>>)[ids];
  if (Array.isArray(named) && named.length > 0)
    for (const parameter of ['maxResults', 'nextToken'] as const)
      if ((parameter === 'maxResults' ? MaxResults : NextToken) !== undefined)
        throw invalidCombination(`The parameter ${set} cannot be used with the parameter ${parameter}`);
  if (MaxResults !== undefined && MaxResults < least) throw tooFew(operation, MaxResults);
  return {
    limit: MaxResults === undefined ? undefined : Math.min(MaxResults, mostPerPage),
    after: NextToken === undefined ? undefined : readToken(operation, owner, NextToken),
  };
}

function tooFew(operation: PagedOperation, value: number): AwsError {
  const name = operation === 'DescribeVolumesModifications' ? 'MaxResults' : 'maxResults';
  const sentence = `Value ( ${value} ) for parameter ${name} is invalid. Expecting a value greater than ${least}.`;
  return new AwsError('InvalidParameterValue', sentence);
}

/**
 * The token of the page behind a place, such as the id of the last row. It holds that place and a digest, by which a
 * damaged token, and one of another operation or owner, is told from a good one. There is nothing to gain by forging it:
 * what it says is a place in the caller's own list. Other filters do not make it void [R].
 */
export function makeToken(operation: PagedOperation, owner: string, place: string): string {
  return Buffer.from(digestOf(operation, owner, place) + place).toString('base64url');
}

const digestLength = 16;

function digestOf(operation: PagedOperation, owner: string, place: string): string {
  return hash('sha256', JSON.stringify([operation, owner, place])).slice(0, digestLength);
}

function readToken(operation: PagedOperation, owner: string, token: string): string {
  if (token.length <= 2_000) {
    const text = Buffer.from(token, 'base64url').toString();
    const place = text.slice(digestLength);
    // Made again, since what is no Base64 is passed over when it is read.
    if (makeToken(operation, owner, place) === token) return place;
  }
  throw new AwsError(
    'InvalidParameterValue',
    operation === 'DescribeVolumesModifications'
      ? `Value ( ${shortened(token)} ) for parameter NextToken is invalid. The token is Invalid.`
      : 'Unable to parse pagination token',
  );
}
