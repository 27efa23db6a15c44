import { hash, randomUUID, webcrypto } from 'node:crypto';
import type { Instant } from './clock.ts';

/**
 * Token secrets are kept as their SHA-256 only. Minted ones are long and random, so a plain hash is enough, and a
 * look-up by hash needs no comparison that could leak time.
 */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/**
 * Signs what this process mints; nobody else can check it, and nobody has to: a token is known by its hash. It is a key,
 * and no bytes: where tests run in jsdom, the bytes that Node makes are no `Uint8Array` of theirs.
 */
let key: Promise<webcrypto.CryptoKey> | undefined;

/**
 * A new token secret: a JWT, as Datafy's are [P], unique in the process. When it expires is not in it but in the
 * database, since that goes by the clock of its world.
 */
export async function mintSecret(accountId: string, issuedAt: Instant): Promise<string> {
  // Loaded when the first token is minted: most runs mint none, and a start is quicker without.
  const { SignJWT } = await import('jose');
  key ??= webcrypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('datafy-emulator')
    .setSubject(accountId)
    .setJti(randomUUID())
    .setIssuedAt(Math.floor(issuedAt / 1000))
    .sign(await key);
}
