import { hash } from 'node:crypto';

/**
 * Token secrets are kept as their SHA-256 only. Minted ones are long and random, so a plain hash is enough, and a
 * look-up by hash needs no comparison that could leak time.
 */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
