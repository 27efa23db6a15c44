import type { WorldDocument } from '../../types/world-document.ts';
import { type ListName, listNames } from '../document/lists.ts';
import type { Tx } from '../engine/tx.ts';
import type { Listed } from '../fields/table.ts';

type ItemOf<K extends keyof WorldDocument> = NonNullable<WorldDocument[K]> extends (infer D)[] ? D : never;

/** What exports and imports the things of each list. */
export type Lists = { [K in ListName]: Listed<ItemOf<K>> };

/** What a document says of whose a thing is, and since when it is there. */
interface Dated {
  accountId: string;
  createdAt?: string;
}

/** All things of these lists, as a document has them. */
export function exportedLists(lists: Lists, organization: number): Required<Pick<WorldDocument, ListName>> {
  const exported = listNames.map((name) => [name, lists[name].exported(organization)]);
  return Object.fromEntries(exported);
}

/** Puts the things of these lists in place. @param txOf a transaction in the account of a thing, when it came to be. */
export function putLists(lists: Lists, document: WorldDocument, txOf: (thing: Dated) => Tx): void {
  for (const name of listNames) {
    const list = lists[name] as Listed<Dated>;
    for (const thing of (document[name] ?? []) as readonly Dated[]) list.put(txOf(thing), thing);
  }
}
