import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import { readStored, type Schema, type StoredValue } from '../../platform/stored-value.ts';

/**
 * The newest entry that is no news for sure, with all before it, by the account's `sub`. On disk: what was seen is not news
 * after a restart.
 */
export const seenActivity: Schema<Record<string, number>> = v.record(v.string(), v.number());

/** What the badge needs of the broker's answer. */
const activityPage = v.object({
  entries: v.array(
    v.object({
      id: v.number(),
      at: v.number(),
      is_new: v.boolean(),
      here: v.boolean(),
      sign_in: v.optional(v.unknown()),
    }),
  ),
  next: v.optional(v.number()),
});

export interface NewsDeps {
  /**
   * The page `before` an entry, or the newest. `undefined` if the broker has no activity, or nobody is signed in.
   */
  activity(before?: number): Promise<{ sub: string; page: unknown } | undefined>;
  seen: StoredValue<Record<string, number>>;
  /** The number of news has changed. */
  changed(): void;
  now: Clock;
}

/** New browsers and devices of the main account, which the user is told of by the badge. */
export interface News {
  /** How many there are, as far as is known. */
  count(): number;
  /** Asks the broker, at most once a minute unless the broker has announced something. */
  look(why?: 'announced'): Promise<void>;
  /**
   * The user has seen this page, the newest one or the one `before` an entry. What is on other pages stays news.
   *
   * @param sub whose activity it is
   */
  markSeen(page: unknown, sub: string, before?: number): Promise<void>;
}

const everyMs = 60_000;

/** How much later than a newer entry one can appear, in seconds: whoever writes it at the broker may be slower. */
const lateSeconds = 60;

/**
 * How many pages it reads at most, besides those that the user has seen. Whoever signed in elsewhere can also fill pages, so
 * that their sign-in is on a later one: if there are still more pages, that is news, too.
 */
const maxPages = 10;

export function createNews({ activity, seen, changed, now }: NewsDeps): News {
  let count = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** The entries that the user has seen since the background started. */
  const shown = new Set<number>();
  /** The pages that the user has seen one after the other: from the entry `top` to the page before the entry `end`. */
  let seenPages: { sub: string; top: number; end: number | undefined } | undefined;

  const set = (next: number): void => {
    if (next === count) return;
    count = next;
    changed();
  };

  const ask = async (before?: number) => {
    const found = await activity(before);
    return found && { sub: found.sub, ...v.parse(activityPage, found.page) };
  };

  /** What has happened since the entry in `seen`. `undefined` if nobody is signed in. */
  const read = async () => {
    const first = await ask();
    if (!first) return undefined;
    const { sub } = first;
    const last = (await seen.get())?.[sub];
    const isMore = ({ next }: Pick<typeof first, 'next'>): boolean =>
      last !== undefined && next !== undefined && next > last;
    const entries = [...first.entries];
    /** Skips the pages that the user has seen. */
    const after = ({ next = 0 }: Pick<typeof first, 'next'>): number | undefined =>
      seenPages?.sub === sub && next <= seenPages.top && next > (seenPages.end ?? 0)
        ? seenPages.end
        : next || undefined;
    let page = { ...first, next: after(first) };
    for (let pages = 1; pages < maxPages && isMore(page); pages += 1) {
      const further = await ask(page.next);
      if (further?.sub !== sub) throw new Error('another account was chosen meanwhile');
      page = { ...further, next: after(further) };
      entries.push(...page.entries);
    }
    return { sub, last, entries, isMore: isMore(page), newest: first.entries[0]?.id ?? first.next ?? 0 };
  };

  /** Nothing up to this entry is news any more. */
  const passed = async (sub: string, id: number): Promise<void> => {
    const known = await seen.get();
    if (id > (known?.[sub] ?? -1)) await seen.set({ ...known, [sub]: id });
  };

  /** Without an answer, or with one that can't be read, everything stays as it is. */
  const recount = async (): Promise<void> => {
    lookedAt = now();
    const found = await read().catch(() => null);
    if (!found) lookedAt = Number.NEGATIVE_INFINITY;
    if (found === undefined) set(0);
    if (!found) return;
    const { sub, last, entries, isMore, newest } = found;
    // What was before this browser signed in is no news to its user.
    const news = entries.filter(
      (entry) =>
        last !== undefined && entry.id > last && entry.is_new && !entry.here && entry.sign_in && !shown.has(entry.id),
    );
    const unseen = news.length || Number(isMore);
    if (unseen === 0) {
      // This browser's own sign-in is none elsewhere when its cookie is lost, and another session follows.
      const settled = entries.find(({ at, here }) => here || at + lateSeconds <= (entries[0]?.at ?? 0))?.id ?? 0;
      await passed(sub, last === undefined || shown.has(newest) ? newest : settled);
    }
    set(unseen);
  };

  return {
    count: () => count,
    async look(why) {
      if (why !== undefined || now() - lookedAt >= everyMs) await recount();
    },
    async markSeen(page, sub, before) {
      const seenPage = readStored(activityPage, page);
      for (const { id } of seenPage?.entries ?? []) shown.add(id);
      const top = seenPage?.entries[0]?.id;
      if (before !== undefined && seenPages?.sub === sub && seenPages.end === before && seenPage)
        seenPages.end = seenPage.next;
      else if (before === undefined && top !== undefined) seenPages = { sub, top, end: seenPage?.next };
      await recount();
    },
  };
}
