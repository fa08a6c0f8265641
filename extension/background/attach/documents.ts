import * as v from 'valibot';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';
import { createSerialQueue } from '../serial-queue.ts';

/** A document that a tab shows, or could show again. */
interface TabDocument {
  tabId: number;
  document: string;
  /** The account that it was loaded for. Absent if the next one may have it. */
  sub?: string | undefined;
}

/** A function, so that builds without `attach_tokens` don't have it. */
export const tabDocuments = (): Schema<TabDocument[]> =>
  v.array(v.object({ tabId: v.number(), document: v.string(), sub: v.optional(v.string()) }));

/** Remembers for which account each page was loaded, so that it gets no token of another one. */
export interface Documents {
  /**
   * A tab shows this document now: a new one, or one from the back/forward cache.
   *
   * @param wasPrerendered it was loaded while the tab showed the document before, and has that one's account
   */
  arrived(tabId: number, document: string, wasPrerendered: boolean): Promise<void>;
  /** Which of these tabs show a page of this account. A page that was loaded for nobody is this account's from now on. */
  tabsOf(sub: string, tabIds: readonly number[]): Promise<number[]>;
}

export interface DocumentsDeps {
  /** On disk. An update empties the extension's memory, but the pages stay. Of each tab, the last one is shown. */
  kept: StoredValue<TabDocument[]>;
  /** All tabs. */
  tabIds(): Promise<number[]>;
}

/**
 * More than browsers keep for the back button of a tab, so none that is forgotten comes back. Together, tabs have no limit, which
 * one of them could use up.
 */
const maxOfTab = 20;

/** The account of a document that no account may have until it is loaded again. */
const nobody = '';

export function createDocuments({ kept, tabIds }: DocumentsDeps): Documents {
  const inTurn = createSerialQueue();
  /** As on disk, or with fewer accounts. */
  let list: TabDocument[] | undefined;
  const read = async (): Promise<TabDocument[]> => {
    list ??= (await kept.get()) ?? [];
    return list;
  };
  const write = async (next: TabDocument[]): Promise<void> => {
    await kept.set(next);
    list = next;
  };
  return {
    arrived: (tabId, document, wasPrerendered) =>
      inTurn(async () => {
        const known = await read();
        const ofTab = known.filter((one) => one.tabId === tabId);
        const last = ofTab.at(-1) ?? { sub: nobody };
        const own = ofTab.find((one) => one.document === document) ?? {
          tabId,
          document,
          sub: wasPrerendered ? last.sub : undefined,
        };
        const open = await tabIds();
        const others = known.filter((one) => one.tabId !== tabId && open.includes(one.tabId));
        const all = [...others, ...ofTab.filter((one) => one !== own).slice(1 - maxOfTab), own];
        // If it can't be kept, it must not have the token of the document before it.
        list = all.with(-1, { ...own, sub: nobody });
        await write(all);
      }),
    tabsOf: (sub, ids) =>
      inTurn(async () => {
        const known = await read();
        const shown = ids.flatMap((id) => known.findLast(({ tabId }) => tabId === id) ?? []);
        const free = shown.filter((one) => one.sub === undefined);
        if (free.length > 0) await write(known.map((one) => (free.includes(one) ? { ...one, sub } : one)));
        return shown.filter((one) => (one.sub ?? sub) === sub).map(({ tabId }) => tabId);
      }),
  };
}
