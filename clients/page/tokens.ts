import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Access, TokenView } from '@latchkey/shared/page-messages.ts';
import { type Channel, patient, quick } from './channel.ts';
import { createSingleFlight } from './single-flight.ts';

/** Which token to get. Omitted options default to those passed to `connect`. */
export interface TokenOptions {
  /** The API, as named in the broker's configuration: the token's audience (RFC 8707). Required. */
  resource?: string | undefined;
  /** Required; may be empty. */
  scopes?: readonly string[] | undefined;
  /** Minimum remaining lifetime of the token, in seconds. Default 5. */
  minTtl?: number | undefined;
  /**
   * Whether the user may be asked to sign in or to consent. `never` (the default) rejects with
   * `error.interaction` set instead. Use `if_needed` in a click handler. One click opens one window: a user who is signed
   * out signs in with the first, and consents with the next.
   */
  interactive?: 'never' | 'if_needed' | undefined;
  /**
   * The account that the token must be for: `account.sub` of `session()`. If this site now uses another account, the
   * call rejects with `not_signed_in` instead of returning that account's token.
   */
  profile?: string | undefined;
  /**
   * Accepted authentication context classes, separated by spaces, from the API's challenge (RFC 9470 §3). If the user's
   * sign-in has none of them, they are asked to sign in again, if `interactive` allows it.
   */
  acrValues?: string | undefined;
  /** Maximum age of the user's sign-in, in seconds (RFC 9470 §3). */
  maxAge?: number | undefined;
  /** Cancels the call, which rejects with the signal's reason. */
  signal?: AbortSignal | null | undefined;
}

export interface AccessToken {
  token: string;
  type: 'Bearer' | 'DPoP';
  /** Milliseconds since the epoch, by this page's clock. */
  expiresAt: number;
  resource: string;
  scopes: string[];
}

const toAccessToken = (view: TokenView): AccessToken => ({
  token: view.access_token,
  type: view.token_type,
  expiresAt: Date.now() + view.expires_in * 1_000,
  resource: view.resource,
  scopes: view.scope.split(' ').filter(Boolean),
});

/** What the SDK itself adds: the other resources of the page, so that one window asks for all. */
type TokenWish = TokenOptions & { also?: Access[] | undefined };

/** Caches tokens in memory, and shares one request to the extension among concurrent callers. */
export function createTokens(channel: Channel) {
  // The cache of one epoch. Requests of an old epoch still answer their callers, but no longer fill the cache.
  const begin = () => [new Map<string, AccessToken>(), createSingleFlight<AccessToken>()] as const;
  let current = begin();

  return {
    async get(options: TokenWish): Promise<AccessToken> {
      const { resource, scopes, minTtl = 5, interactive = 'never', profile, also, acrValues, maxAge, signal } = options;
      if (!resource || !scopes) {
        throw new LatchkeyError({
          code: 'invalid_request',
          message: 'Name resource and scopes.',
        });
      }
      const [kept, join] = current;
      const key = JSON.stringify([resource, [...scopes].sort(), profile]);
      const token = kept.get(key);
      // The cache doesn't record how the user signed in, so step-up requests always go to the extension.
      const demand = { acr_values: acrValues, max_age: maxAge };
      const demanded = JSON.stringify(demand);
      if (demanded === '{}' && token && token.expiresAt > Date.now() + minTtl * 1_000) return token;

      return join(
        key + interactive + minTtl + demanded,
        async (signal) => {
          const view = await channel.call(
            'token.get',
            { resource, scopes: [...scopes], min_ttl_s: Math.ceil(minTtl), profile, also, interactive, ...demand },
            interactive === 'never' ? quick : patient,
            signal,
          );
          const fresh = toAccessToken(view);
          kept.set(key, fresh);
          return fresh;
        },
        signal,
      );
    },

    /** Discards all tokens: the session or the access has changed. */
    drop() {
      current = begin();
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;
