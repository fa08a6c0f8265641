import type { Clock } from '@latchkey/shared/time.ts';
import type { LoadedKeys, VerificationKey } from './load-keys.ts';

/** How often the issuer is asked at most, whatever tokens are sent to us. */
const cooldownMs = 30_000;
/** With no keys at all there is nothing to serve from: try again sooner. */
const coldRetryMs = 1_000;
/** A set that old is used no more. Tokens live for minutes: an outage as long has ended them anyway. */
const usableMs = 86_400_000;

export interface KeySet {
  /** @throws what loading throws, while there is no set to go by */
  get(kid: string): Promise<VerificationKey | undefined>;
}

/**
 * Keys by `kid`, loaded at the first use. Fresh: as they are. Stale: as they are, with a refresh in the
 * background. Long stale (an idle API): refreshed first, and used as they are if that fails. An unknown
 * `kid` has them loaded again, at most every 30 s.
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
