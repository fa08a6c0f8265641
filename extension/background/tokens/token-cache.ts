import { scopeKey } from '@latchkey/shared/scope.ts';
import { type TokenAnswer, tokenAnswer } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import { type Area, readStored, type Schema } from '../../platform/stored-value.ts';

/** What a token is for, and for which site. */
export interface TokenAsk {
  origin: string;
  resource: string;
  scopes: readonly string[];
}

interface Entry {
  token: TokenAnswer;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  lifetimeMs: number;
}

const storedToken: Schema<Entry> = v.object({ token: tokenAnswer, expiresAt: v.number(), lifetimeMs: v.number() });

export interface TokenCache {
  /** The token for exactly this request, if it is valid for `minTtlMs` longer. `expires_in` counts from now. */
  get(ask: TokenAsk, minTtlMs: number): Promise<TokenAnswer | undefined>;
  /** @param askedAt when the request was sent, so that the cache never overestimates the token's lifetime */
  put(ask: TokenAsk, token: TokenAnswer, askedAt: number): Promise<void>;
  /** Forgets the tokens of one origin, or all. */
  clear(origin?: string): Promise<void>;
}

const prefix = 'token:';
const prefixOf = (origin: string): string => `${prefix}[${JSON.stringify(origin)},`;
const keyOf = ({ origin, resource, scopes }: TokenAsk): string =>
  `${prefix}${JSON.stringify([origin, resource, scopeKey(scopes)])}`;

/**
 * Tokens in memory (`storage.session`). The cache key is the exact request, so a token with different or more scopes is
 * never returned instead.
 */
export function createTokenCache({ area, now }: { area: Area; now: Clock }): TokenCache {
  /** The area has a quota. If it were full, nothing else could be stored there, not even a sign-out. */
  const dropExpired = async (): Promise<void> => {
    const keys = (await area.keys()).filter((key) => key.startsWith(prefix));
    const entries = await Promise.all(keys.map(async (key) => readStored(storedToken, await area.get(key))));
    await area.remove(keys.filter((_, index) => (entries[index]?.expiresAt ?? 0) <= now()));
  };

  return {
    async get(ask, minTtlMs) {
      const entry = readStored(storedToken, await area.get(keyOf(ask)));
      if (!entry) return undefined;
      const left = entry.expiresAt - now();
      // More time left than the full lifetime means that the clock was set back, so the expiry is unknown.
      if (left > entry.lifetimeMs) return undefined;
      // A token can't outlive its full lifetime. If the request comes close to that, a new token is no better.
      if (left <= 0 || left < Math.min(minTtlMs, entry.lifetimeMs * 0.9)) return undefined;
      return { ...entry.token, expires_in: Math.floor(left / 1_000) };
    },
    async put(ask, token, askedAt) {
      const lifetimeMs = token.expires_in * 1_000;
      const entry: Entry = { token, expiresAt: askedAt + lifetimeMs, lifetimeMs };
      await dropExpired();
      await area.set(keyOf(ask), entry);
    },
    async clear(origin) {
      const wanted = origin === undefined ? prefix : prefixOf(origin);
      await area.remove((await area.keys()).filter((key) => key.startsWith(wanted)));
    },
  };
}
