import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import { readStored, type Schema, type StoredValue } from '../../platform/stored-value.ts';

/** The newest entry that the user of an account has seen, by `sub`. On disk: what was seen is not news after a restart. */
export const seenActivity: Schema<Record<string, number>> = v.record(v.string(), v.number());

/** What the badge needs of the broker's answer. */
const news = v.object({
  entries: v.array(
    v.object({ id: v.number(), is_new: v.boolean(), here: v.boolean(), sign_in: v.optional(v.unknown()) }),
  ),
});

const entriesOf = (page: unknown) => readStored(news, page)?.entries ?? [];

export interface NewsDeps {
  /** The newest page. `undefined` if the broker has no activity, or nobody is signed in. */
  activity(): Promise<{ sub: string; page: unknown } | undefined>;
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
  /** The user has seen this page, which is the newest. */
  markSeen(sub: string, page: unknown): Promise<void>;
}

const everyMs = 60_000;

export function createNews({ activity, seen, changed, now }: NewsDeps): News {
  let count = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const set = (next: number): void => {
    if (next === count) return;
    count = next;
    changed();
  };

  const markSeen = async (sub: string, page: unknown): Promise<void> =>
    seen.set({ ...(await seen.get()), [sub]: entriesOf(page)[0]?.id ?? 0 });

  return {
    count: () => count,
    async look(why) {
      if (why === undefined && now() - lookedAt < everyMs) return;
      lookedAt = now();
      const found = await activity().catch(() => undefined);
      if (!found) {
        lookedAt = Number.NEGATIVE_INFINITY;
        return set(0);
      }
      const { sub, page } = found;
      const last = (await seen.get())?.[sub];
      // What was before this browser signed in is no news to its user.
      if (last === undefined) await markSeen(sub, page);
      else
        set(entriesOf(page).filter((entry) => entry.id > last && entry.is_new && !entry.here && entry.sign_in).length);
    },
    async markSeen(sub, page) {
      await markSeen(sub, page);
      set(0);
    },
  };
}
