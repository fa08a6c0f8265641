import * as v from 'valibot';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';
import { createSerialQueue } from '../serial-queue.ts';

/** A document that a tab shows, or could show again. */
interface TabDocument {
  tabId: number;
  document: string;
  /** The account that it was loaded for. */
  sub?: string | undefined;
}

/** A function, so that builds without `attach_tokens` don't have it. */
export const tabDocuments = (): Schema<TabDocument[]> =>
  v.array(v.object({ tabId: v.number(), document: v.string(), sub: v.optional(v.string()) }));

/** Remembers for which account each page was loaded, so that it gets no token of another one. */
export interface Documents {
  /** A tab shows this document now: a new one, or one from the back/forward cache. */
  arrived(tabId: number, document: string): Promise<void>;
  /** Which of these tabs show a page of this account. A page that was loaded for nobody is this account's from now on. */
  tabsOf(sub: string, tabIds: readonly number[]): Promise<number[]>;
}

export interface DocumentsDeps {
  /** On disk. An update empties the extension's memory, but the pages stay. Of each tab, the last one is shown. */
  kept: StoredValue<TabDocument[]>;
  /** All tabs. */
  tabIds(): Promise<number[]>;
}

/** Browsers keep a few for the back button of a tab. A page that is forgotten gets no token until it is loaded again. */
const maxDocuments = 500;

export function createDocuments({ kept, tabIds }: DocumentsDeps): Documents {
  const inTurn = createSerialQueue();
  let list: TabDocument[] | undefined;
  return {
    arrived: (tabId, document) =>
      inTurn(async () => {
        const known = list ?? (await kept.get()) ?? [];
        const own = known.find((one) => one.tabId === tabId && one.document === document) ?? { tabId, document };
        const open = await tabIds();
        const others = known.filter((one) => one !== own && open.includes(one.tabId));
        list = [...others, own].slice(-maxDocuments);
        await kept.set(list);
      }),
    tabsOf: (sub, ids) =>
      inTurn(async () => {
        const known = list ?? (await kept.get()) ?? [];
        list = known;
        const shown = ids.flatMap((id) => known.findLast(({ tabId }) => tabId === id) ?? []);
        const free = shown.filter((one) => one.sub === undefined);
        for (const one of free) one.sub = sub;
        if (free.length > 0) await kept.set(known);
        return shown.filter((one) => one.sub === sub).map(({ tabId }) => tabId);
      }),
  };
}
