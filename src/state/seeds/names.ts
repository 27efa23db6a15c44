/** The seeds a world can start from: `default` has something of everything, `empty` only what a request needs. */
export const seedNames = ['default', 'empty'] as const;

export type SeedName = (typeof seedNames)[number];
