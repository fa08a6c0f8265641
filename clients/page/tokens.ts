import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { TokenView } from '@latchkey/shared/page-messages.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { type Channel, patient, quick } from './channel.ts';
import { createSingleFlight } from './single-flight.ts';

/** Which token; whatever is left out comes from the defaults given to `connect`. */
export interface TokenOptions {
  /** The API, as the administrator has named it: its audience. */
  resource?: string | undefined;
  scopes?: readonly string[] | undefined;
  /** How long the token must still be good, in seconds. Default 5. */
  minTtl?: number | undefined;
  /**
   * Whether the person may be asked to sign in or to agree. `never` (the default) fails with
   * `error.interaction` set instead; use `if_needed` in the handler of a click.
   */
  interactive?: 'never' | 'if_needed' | undefined;
  /**
   * Whose token: `account.sub` of `session()`. Where the site has another account by now, the call fails with
   * `not_signed_in` instead of bringing a token of that one.
   */
  profile?: string | undefined;
  /**
   * How the person must have signed in, as the API's challenge says it (RFC 9470): one of these, separated by spaces.
   * Who hasn't is asked, as `interactive` allows.
   */
  acrValues?: string | undefined;
  /** At most so many seconds ago. */
  maxAge?: number | undefined;
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

const toAccessToken = (view: TokenView, answeredAt: number): AccessToken => ({
  token: view.access_token,
  type: view.token_type,
  expiresAt: answeredAt + view.expires_in * 1_000,
  resource: view.resource,
  scopes: view.scope.split(' ').filter(Boolean),
});

/** Keeps a token in memory until it is too old for the caller, and asks the extension once for all who wait. */
export function createTokens({ channel, now }: { channel: Channel; now: Clock }) {
  // Of one epoch. What is under way in an old one still reaches those who asked, and nobody else.
  const begin = () => ({ kept: new Map<string, AccessToken>(), join: createSingleFlight<AccessToken>() });
  let current = begin();

  return {
    async get(options: TokenOptions): Promise<AccessToken> {
      const { resource, scopes, minTtl = 5, interactive = 'never', profile, acrValues, maxAge, signal } = options;
      if (!resource || !scopes) {
        throw new LatchkeyError({
          code: 'invalid_request',
          message: 'resource and scopes are required.',
        });
      }
      const { kept, join } = current;
      const key = JSON.stringify([resource, [...scopes].sort(), profile]);
      const token = kept.get(key);
      // How somebody signed in for a token isn't remembered here: with a demand for that, the extension is asked.
      const demand = { acr_values: acrValues, max_age: maxAge };
      const asksMore = acrValues !== undefined || maxAge !== undefined;
      if (!asksMore && token && token.expiresAt > now() + minTtl * 1_000) return token;

      return join(
        `${key}${interactive}${minTtl}${JSON.stringify(demand)}`,
        async (signal) => {
          const view = await channel.call(
            'token.get',
            { resource, scopes: [...scopes], min_ttl_s: Math.ceil(minTtl), profile, interactive, ...demand },
            interactive === 'never' ? quick : patient,
            signal,
          );
          const fresh = toAccessToken(view, now());
          kept.set(key, fresh);
          return fresh;
        },
        signal,
      );
    },

    /** Session or access have changed: what is known is void. */
    drop() {
      current = begin();
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;
