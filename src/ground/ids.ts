import { hash, randomUUID } from 'node:crypto';

/**
 * Ids. This file is the only source of randomness; a world's ids come from its seed, so that the same calls
 * in a fresh world give the same ids.
 */
export type IdPrefix = 'vol' | 'dsnap' | 'snap' | 'i';
/** What a world's stream makes: an AWS-style id, or a UUID. */
export type IdKind = IdPrefix | 'uuid';

/** How far a world counts its ids: AWS-style ones count in eight hex digits. */
export const greatestCount = 2 ** 32 - 1;

/** The count-th id of a world. */
export function makeId(kind: IdKind, seed: string, count: number): string {
  return kind === 'uuid' ? makeUuid(seed, count) : makeAwsId(kind, seed, count);
}

/**
 * The count-th AWS-style id of a world: prefix, a zero, eight hex digits that count up, eight that depend on the seed.
 * Counting up keeps the ids in ascending order, which their index rewards with cheap inserts.
 */
function makeAwsId(prefix: IdPrefix, seed: string, count: number): string {
  return firstIdFrom(prefix, count) + hex8(scatter(count, seed));
}

/** Where the ids of a count begin: those of lower counts come before it, and those of itself and higher ones after. */
export function firstIdFrom(prefix: IdPrefix, count: number): string {
  return `${prefix}-0${hex8(count)}`;
}

/** The count-th UUID of a world, in version 4's form: strict clients know no newer one. */
export function makeUuid(seed: string, count: number): string {
  const digits = hash('sha256', `${seed}:${count}`);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}

/** The twelve digits of an AWS account that is to be an account's: the first attempt, or another one. */
export function makeAwsAccountId(accountId: string, attempt = 0): string {
  const number = Number.parseInt(hash('sha256', `aws:${accountId}:${attempt}`).slice(0, 12), 16);
  return String(1e11 + (number % 9e11));
}

/** The count-th number of a stream, from 0 up to 1: what a world throws its dice with. */
export function fractionOf(seed: string, count: number): number {
  return (scatter(count, seed) >>> 0) / 2 ** 32;
}

/** Every byte in hex: `toString(16)` takes twenty times as long for a number that is no small integer. */
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** 32 bits in eight hex digits. */
function hex8(bits: number): string {
  return `${hexOf[bits >>> 24]}${hexOf[(bits >>> 16) & 255]}${hexOf[(bits >>> 8) & 255]}${hexOf[bits & 255]}`;
}

/** Murmur3's finalizer over seed and count: 32 bits that look like nothing in particular. */
function scatter(count: number, seed: string): number {
  let bits = count;
  for (let at = 0; at < seed.length; at++) bits = Math.imul(bits ^ seed.charCodeAt(at), 0x5bd1e995);
  bits ^= bits >>> 16;
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** A UUID that no other world has. */
export function randomUuid(): string {
  return randomUUID();
}

/** Eight hex digits that tell one beginning of a series from another. */
export function randomEpoch(): string {
  return randomUUID().slice(0, 8);
}
