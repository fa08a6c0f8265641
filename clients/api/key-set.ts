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
}

/**
 * Caches the issuer's keys by `kid`, and loads them on first use. Stale keys are used while a refresh runs in the
 * background. Keys that have been stale for long (an idle API) are refreshed first, and used if that fails. An unknown
 * `kid` triggers a reload, at most every 30 s.
 */
export function createKeySet({ load, now }: { load: () => Promise<LoadedKeys>; now: Clock }): KeySet {
  let set: (LoadedKeys & { at: number }) | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let loading: Promise<void> | undefined;

  const refresh = (everyMs: number): Promise<void> => {
    if (loading) return loading;
    if (now() - triedAt < everyMs) return Promise.resolve();
    triedAt = now();
    loading = load()
      .then(
        (loaded) => {
          set = { ...loaded, at: now() };
        },
        (error: unknown) => {
          failure = error;
        },
      )
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };

  return {
    async get(kid) {
      const age = set ? now() - set.at : Number.POSITIVE_INFINITY;
      if (age > usableMs) {
        set = undefined;
        await refresh(coldRetryMs);
      } else if (set && age > set.maxAgeMs) {
        const refreshed = refresh(cooldownMs);
        if (age > 2 * set.maxAgeMs) await refreshed;
      }
      if (!set) throw failure;
      if (!set.keys.has(kid)) await refresh(cooldownMs);
      return set.keys.get(kid);
    },
  };
}
