/**
 * What of a file survives when the machine itself goes down. Either way all that was answered survives the process,
 * however that ends. `full`: it survives a power cut too, since every commit is synced. `normal`: the file is whole after
 * one, but may lack the last commits.
 */
export const durabilities = ['full', 'normal'] as const;
export type Durability = (typeof durabilities)[number];
