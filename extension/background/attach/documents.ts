import * as v from 'valibot';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';
import { createSerialQueue } from '../serial-queue.ts';

/** By tab: its documents, the one that it shows last, and the account (`sub`) that each was loaded for. */
type Tabs = Record<string, { document: string; sub?: string | undefined }[]>;

export const tabDocuments: Schema<Tabs> = v.record(
  v.string(),
  v.array(v.object({ document: v.string(), sub: v.optional(v.string()) })),
);

/** Remembers for which account each page was loaded, so that it gets no token of another one. */
export interface Documents {
  /** A tab shows this document now: a new one, or one from the back/forward cache. */
  arrived(tabId: number, document: string): Promise<void>;
  /** Which of these tabs show a page of this account. A page that was loaded for nobody is this account's from now on. */
  tabsOf(sub: string, tabIds: readonly number[]): Promise<number[]>;
}

export interface DocumentsDeps {
  /** On disk. An update empties the extension's memory, but the pages stay. */
  kept: StoredValue<Tabs>;
  /** All tabs. */
  tabIds(): Promise<number[]>;
}

/** More than a browser keeps for the back button of a tab. */
const maxDocuments = 20;

export function createDocuments({ kept, tabIds }: DocumentsDeps): Documents {
  const inTurn = createSerialQueue();
  let memory: Tabs | undefined;

  const change = (next: (tabs: Tabs) => Promise<Tabs>): Promise<Tabs> =>
    inTurn(async () => {
      const before = memory ?? (await kept.get()) ?? {};
      const after = await next(before);
      if (after !== before) await kept.set(after);
      memory = after;
      return after;
    });

  return {
    async arrived(tabId, document) {
      await change(async (before) => {
        const open = Object.fromEntries((await tabIds()).map((id) => [id, before[id] ?? []]));
        const others = (before[tabId] ?? []).filter((one) => one.document !== document);
        const own = before[tabId]?.find((one) => one.document === document) ?? { document };
        return { ...open, [tabId]: [...others, own].slice(-maxDocuments) };
      });
    },
    async tabsOf(sub, tabIds) {
      const tabs = await change(async (before) => {
        const claimed = tabIds.flatMap((id) => {
          const list = before[id] ?? [];
          const shown = list.at(-1);
          return shown && shown.sub === undefined ? [[id, [...list.slice(0, -1), { ...shown, sub }]]] : [];
        });
        if (claimed.length === 0) return before;
        return { ...before, ...Object.fromEntries(claimed) };
      });
      return tabIds.filter((id) => tabs[id]?.at(-1)?.sub === sub);
    },
  };
}
