import type { WorldDocument } from '../../types/world-document.ts';
import type { Tx } from '../engine/tx.ts';
import type { Listed } from '../fields/table.ts';

type ItemOf<K extends keyof WorldDocument> = NonNullable<WorldDocument[K]> extends (infer D)[] ? D : never;

/**
 * The lists of a world's document whose things see to their export and import by themselves, in the order of an export.
 * What one thing names of another has to be there before it: a list comes after those that it names.
 */
export interface Lists {
  rules: Listed<ItemOf<'rules'>>;
  instances: Listed<ItemOf<'instances'>>;
}

/** What a document says of whose a thing is, and since when it is there. */
interface Dated {
  accountId: string;
  createdAt?: string;
}

/** All things of these lists, as a document has them. */
export function exportedLists(lists: Lists, organization: number): Required<Pick<WorldDocument, keyof Lists>> {
  const exported = Object.entries(lists).map(([name, list]) => [name, list.exported(organization)]);
  return Object.fromEntries(exported);
}

/** Puts the things of these lists in place. @param txOf a transaction in the account of a thing, when it came to be. */
export function putLists(lists: Lists, document: WorldDocument, txOf: (thing: Dated) => Tx): void {
  for (const name of Object.keys(lists) as (keyof Lists)[]) {
    const list = lists[name] as Listed<Dated>;
    for (const thing of (document[name] ?? []) as readonly Dated[]) list.put(txOf(thing), thing);
  }
}
