import { randomBytes } from 'node:crypto';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

interface Entry {
  model: string;
  payload: AdapterPayload;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** When it was first used, in milliseconds since the epoch. */
  usedAt?: number;
}

/** The provider's state. It is in memory, so a restart of the demo signs everybody out at the provider. */
export interface MemoryStore {
  /** Signs the provider's cookies. */
  cookieKey: string;
  adapter: AdapterFactory;
  /** IDs of all valid entries of one kind. The ID of a `RefreshToken` is the value that clients get. */
  identifiers(model: string): string[];
}

/**
 * A store for `oidc-provider`. The library's own is meant for trials, evicts at 1000 entries and can't
 * be inspected, which the search for leaked refresh tokens needs.
 *
 * @param refreshLeewayMs how long a refresh token looks unused after its first use, as with providers that have a
 *   grace period. Later uses don't extend it
 */
export function createMemoryStore(now: () => number, refreshLeewayMs = 0): MemoryStore {
  const entries = new Map<string, Entry>();
  const inGrace = ({ model, usedAt }: Entry): boolean =>
    model === 'RefreshToken' && usedAt !== undefined && now() - usedAt < refreshLeewayMs;
  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (!entry || entry.expiresAt > now()) return entry;
    entries.delete(key);
    return undefined;
  };
  const findBy = (model: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
    for (const key of entries.keys()) {
      const entry = live(key);
      if (entry?.model === model && matches(entry.payload)) return entry.payload;
    }
    return undefined;
  };

  const adapter = (model: string): Adapter => ({
    async upsert(id, payload, expiresIn) {
      const expiresAt = expiresIn === undefined ? Number.POSITIVE_INFINITY : now() + expiresIn * 1_000;
      entries.set(`${model}:${id}`, { model, payload, expiresAt });
    },
    async find(id) {
      const entry = live(`${model}:${id}`);
      return entry && inGrace(entry) ? { ...entry.payload, consumed: undefined } : entry?.payload;
    },
    findByUid: async (uid) => findBy(model, (payload) => payload.uid === uid),
    findByUserCode: async (userCode) => findBy(model, (payload) => payload.userCode === userCode),
    async consume(id) {
      const entry = live(`${model}:${id}`);
      if (!entry) return;
      entry.usedAt ??= now();
      entry.payload.consumed ??= Math.floor(entry.usedAt / 1_000);
    },
    async destroy(id) {
      entries.delete(`${model}:${id}`);
    },
    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key);
    },
  });

  return {
    cookieKey: randomBytes(32).toString('base64url'),
    adapter,
    identifiers: (model) =>
      [...entries.keys()].filter((key) => live(key)?.model === model).map((key) => key.slice(model.length + 1)),
  };
}
