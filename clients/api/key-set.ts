import type { Clock } from '@latchkey/shared/time.ts';
import type { LoadedKeys, VerificationKey } from './load-keys.ts';

/** Minimum time between two fetches of the keys, whatever tokens clients send. */
const cooldownMs = 30_000;
/** Minimum time between two fetches while there are no keys at all. */
const coldRetryMs = 1_000;
/** Keys older than this are not used. Tokens live for minutes, so they have long expired after such an outage. */
const usableMs = 86_400_000;

export interface KeySet {
  /**
   * @returns the key, or `undefined` if the issuer has no such key
   * @throws whatever `load` throws, if there are no usable keys
   */
  get(kid: string): Promise<VerificationKey | undefined>;
  /** The key, if the issuer's keys are loaded and fresh. Without waiting. */
  peek(kid: string): VerificationKey | undefined;
  /** Forgets all keys. The next `get` loads them, and a load that is under way does not count. */
  drop(): void;
}

/**
 * Caches the issuer's keys by `kid`, and loads them on first use. Stale keys are used while a refresh runs in the
 * background. Keys that have been stale for long (an idle API) are refreshed first, and used if that fails. An unknown
 * `kid` triggers a reload, at most every 30 s.
 *
 * @param options `load` is told to bypass HTTP caches for the first load after `drop`
 */
export function createKeySet({
  load,
  now,
}: {
  load: (options: { bypassCaches: boolean }) => Promise<LoadedKeys>;
  now: Clock;
}): KeySet {
  let set: (LoadedKeys & { at: number }) | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let loading: Promise<void> | undefined;
  let drops = 0;
  let isDropped = false;

  const refresh = (everyMs: number): Promise<void> => {
    if (loading) return loading;
    if (now() - triedAt < everyMs) return Promise.resolve();
    triedAt = now();
    const before = drops;
    const begun = load({ bypassCaches: isDropped })
      .then(
        (loaded) => {
          // It may hold the key because of which the keys were dropped meanwhile.
          if (before !== drops) return;
          set = { ...loaded, at: now() };
          isDropped = false;
        },
        (error: unknown) => {
          failure = error;
        },
      )
      .finally(() => {
        if (loading === begun) loading = undefined;
      });
    loading = begun;
    return begun;
  };

  const ensureLoaded = async (kid: string): Promise<void> => {
    const age = set ? now() - set.at : Number.POSITIVE_INFINITY;
    if (age > usableMs) {
      set = undefined;
      await refresh(coldRetryMs);
    } else if (set && age > set.maxAgeMs) {
      const refreshed = refresh(cooldownMs);
      if (age > 2 * set.maxAgeMs) await refreshed;
    }
    if (set && !set.keys.has(kid)) await refresh(cooldownMs);
  };

  return {
    async get(kid) {
      let before: number;
      do {
        before = drops;
        await ensureLoaded(kid);
      } while (before !== drops);
      if (!set) throw failure;
      return set.keys.get(kid);
    },
    peek(kid) {
      if (!set) return undefined;
      const age = now() - set.at;
      return age >= 0 && age <= set.maxAgeMs ? set.keys.get(kid) : undefined;
    },
    drop() {
      drops += 1;
      isDropped = true;
      set = undefined;
      loading = undefined;
      triedAt = Number.NEGATIVE_INFINITY;
    },
  };
}
