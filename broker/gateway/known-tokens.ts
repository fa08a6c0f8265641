import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { type BoundedMap, createBoundedMap } from '@latchkey/shared/bounded-map.ts';
import { type Clock, toSeconds } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import type { Feed } from '../events/feed.ts';
import type { KeyRing } from '../keys/ring.ts';
import type { Revocation, Store } from '../store/store.ts';
import type { KeySet, SigningKeys } from '../tokens/signing-keys.ts';
import { isConfigured, isOfService, livesUntil } from '../tokens/token-not-ended.ts';
import { type AccessClaims, acceptToken, createTokenVerifier, type TokenVerifier } from '../tokens/token-verifier.ts';
import { identityHeaders } from './identity-headers.ts';

/** A token whose signature was verified. The token itself is not kept. */
export interface KnownToken {
  claims: AccessClaims;
  /** What the API behind the gateway learns. */
  headers: Readonly<Record<string, string>>;
  /** By the wall clock. */
  verifiedAt: number;
  /** By the clock that is never set. */
  readAt: number;
}

/**
 * What `/verify` remembers of tokens that it has verified, of the sessions behind them, and of the signing keys.
 *
 * Memory counts only while the feed of revocations is known to be current: then no event that would change an answer is
 * older than a second. Otherwise, and for whatever is not in memory, signing keys and sessions are read from the store.
 */
export interface KnownTokens {
  /** A token that is valid, and whose signing key is known to be, without waiting. It says nothing about the session. */
  recall(token: string): KnownToken | undefined;
  /** Whether the token's session is known to be live, without waiting. */
  isKnownLive(claims: AccessClaims): boolean;
  verify: TokenVerifier;
  isLive(claims: AccessClaims): Promise<boolean>;
}

interface KnownTokensDeps {
  config: Pick<Config, 'issuer' | 'services'>;
  store: Pick<Store, 'getSession' | 'getDeviceSession' | 'isTokenRevoked'>;
  keys: Pick<SigningKeys, 'usable'>;
  ring: Pick<KeyRing, 'all' | 'current'>;
  feed: Pick<Feed, 'subscribe' | 'isCurrent'>;
  now: Clock;
  /** A clock that is never set, in milliseconds. */
  elapsed: Clock;
}

/** A page has one token for each API. With 2 kB each, the memory stays below 20 MB. */
const maxTokens = 10_000;
const maxSessions = 20_000;
/** Nothing is believed for longer, in milliseconds, even if the database was changed by hand and no event says so. */
const longestMs = 30_000;
/** How often the key file is looked at, in milliseconds. */
const ringCheckMs = 500;

/** @see KnownTokens */
export function createKnownTokens(deps: KnownTokensDeps): KnownTokens {
  const { config, keys, ring, feed, now, elapsed } = deps;
  const tokens: BoundedMap<KnownToken> = createBoundedMap(maxTokens);
  /** What is known to be live: until when by the wall clock, and since when. */
  const live: BoundedMap<{ until: number; readAt: number }> = createBoundedMap(maxSessions);
  let keySet: { set: KeySet; byKid: ReadonlyMap<string, KeyObject>; readAt: number } | undefined;
  /** Counts what came from the feed. What was read from the store meanwhile may be older. */
  let changes = 0;
  let isFollowing = false;
  let ringKeys: KeyRing['all'] | undefined;
  let ringCheckedAt = Number.NEGATIVE_INFINITY;

  function dropAll(): void {
    changes += 1;
    tokens.clear();
    live.clear();
    keySet = undefined;
  }

  function apply({ event }: Pick<Revocation, 'event'>): void {
    changes += 1;
    switch (event.type) {
      case 'revoked':
        for (const id of namesIn(event.sessions)) live.delete(`session ${id}`);
        return;
      case 'ended':
        for (const id of namesIn(event.devices)) live.delete(`device ${id}`);
        for (const jti of namesIn(event.tokens)) live.delete(`token ${jti}`);
        return;
      case 'consent':
      case 'sign_in':
        return;
      default:
        // Signing keys, configuration, erased people, and what a newer version may write.
        dropAll();
    }
  }

  /** Follows the feed from the first token on. Nothing that needs it counts before it has been read. */
  function follow(): void {
    if (isFollowing) return;
    isFollowing = true;
    feed.subscribe({ next: apply, closed: dropAll }).catch(() => {
      isFollowing = false;
    });
  }

  function isCurrent(): boolean {
    follow();
    if (elapsed() - ringCheckedAt > ringCheckMs) {
      ringCheckedAt = elapsed();
      const { all } = ring;
      if (all !== ringKeys) dropAll();
      ringKeys = all;
    }
    return feed.isCurrent();
  }

  /** Reads something, and keeps it unless the feed has told of something in the meantime, or may have missed it. */
  async function readThrough<Value>(read: () => Promise<Value>, keep: (value: Value, at: number) => void) {
    const [wasCurrent, before, at] = [isCurrent(), changes, elapsed()];
    const value = await read();
    if (wasCurrent && before === changes) keep(value, at);
    return value;
  }

  const isFresh = ({ readAt }: { readAt: number }): boolean => elapsed() - readAt <= longestMs;

  const verifyToken = createTokenVerifier({
    issuer: config.issuer,
    now,
    keys: {
      async usable(kid) {
        if (isCurrent() && keySet && isFresh(keySet) && keySet.set.keys.some((key) => key.kid === kid))
          return keySet.set;
        return readThrough(
          () => keys.usable(kid),
          (set, readAt) => {
            keySet = { set, byKid: publicKeys(set), readAt };
          },
        );
      },
    },
  });

  function recall(token: string): KnownToken | undefined {
    if (!isCurrent()) return undefined;
    const name = digest(token);
    const known = tokens.get(name);
    const time = now();
    // If the clock was set back, times are checked again.
    if (known && isFresh(known) && time >= known.verifiedAt && toSeconds(time) < known.claims.exp) return known;
    const key = (kid: string) => (keySet && isFresh(keySet) ? keySet.byKid.get(kid) : undefined);
    const claims = acceptToken(token, { issuer: config.issuer, key, now: time });
    return claims && keep(name, claims, time);
  }

  function keep(name: string, claims: AccessClaims, verifiedAt: number): KnownToken {
    const known = { claims, headers: identityHeaders(claims), verifiedAt, readAt: elapsed() };
    tokens.set(name, known);
    return known;
  }

  function isKnownLive(claims: AccessClaims): boolean {
    if (!isCurrent()) return false;
    if (isOfService(claims) && !isConfigured(config, claims.sub)) return false;
    const name = nameOf(claims);
    if (name === undefined) return true;
    const known = live.get(name);
    return known !== undefined && isFresh(known) && now() < known.until;
  }

  return {
    recall,
    isKnownLive,
    async verify(token) {
      const known = recall(token);
      if (known) return known.claims;
      return readThrough(
        () => verifyToken(token),
        (claims) => void keep(digest(token), claims, now()),
      );
    },
    async isLive(claims) {
      if (isKnownLive(claims)) return true;
      const until = await readThrough(
        () => livesUntil(deps, claims),
        (end, readAt) => {
          const name = nameOf(claims);
          if (name !== undefined && end !== undefined) live.set(name, { until: end, readAt });
        },
      );
      return until !== undefined;
    },
  };
}

const digest = (token: string): string => hash('sha256', token, 'base64');

const publicKeys = ({ keys }: KeySet): ReadonlyMap<string, KeyObject> =>
  new Map(
    keys.flatMap((key) =>
      key.alg === 'ES256' && key.kid !== undefined ? [[key.kid, createPublicKey({ key, format: 'jwk' })]] : [],
    ),
  );

/** What has to be live for a token: `undefined` if it depends on nothing. */
function nameOf({ sub, sid, azp, jti }: AccessClaims): string | undefined {
  if (isOfService({ sub })) return `token ${jti}`;
  if (sid === undefined) return undefined;
  return azp === undefined ? `device ${sid}` : `session ${sid}`;
}

const namesIn = (list: unknown): unknown[] => (Array.isArray(list) ? list : []);
