/**
 * The seeds that ship: `default` has something of everything, `empty` only what a request needs, `fleet` 500 volumes of
 * six accounts.
 */
export const seedNames = ['default', 'empty', 'fleet'] as const;

export type SeedName = (typeof seedNames)[number];
