import { LatchkeyError } from '#shared/errors.ts';
import type { Clock } from '#shared/time.ts';
import type { AccessToken, TokenOptions, Tokens } from './tokens.ts';

/** `RequestInit`, and which token to send. */
export type FetchInit = RequestInit & TokenOptions;

export interface FetchOptions {
  tokens: Tokens;
  fetch: typeof fetch;
  now: Clock;
  /** What relative URLs are relative to. */
  base: () => string;
}

/**
 * `fetch` with the token in `Authorization`, for URLs of the resource's own origin and no other. (On a
 * redirect to another origin the browser itself takes the header off, as the Fetch standard demands.)
 *
 * An answer of 401 `invalid_token` is tried once more with a fresh token, and one that asks for a stronger or
 * fresher sign-in (RFC 9470) with a token of such a one, unless the body was a stream, which can't be sent again.
 */
export function createAuthorizedFetch({ tokens, fetch, now, base }: FetchOptions) {
  return async (input: RequestInfo | URL, init: FetchInit): Promise<Response> => {
    const template = input instanceof Request ? input : undefined;
    refuseForeign(new URL(template?.url ?? input.toString(), base()), init.resource);
    const wanted = { ...init, signal: init.signal ?? template?.signal };

    const send = ({ token, type }: AccessToken) => {
      if (type !== 'Bearer') {
        throw new LatchkeyError({
          code: 'unsupported',
          message: 'Tokens bound to a key (DPoP) need a newer latchkey/page.',
        });
      }
      const headers = new Headers(init.headers ?? template?.headers);
      headers.set('authorization', `Bearer ${token}`);
      return fetch(template ? template.clone() : input, { ...init, headers });
    };

    const token = await tokens.get(wanted);
    const response = await send(token);
    if (response.status !== 401 || init.body instanceof ReadableStream) return response;
    const challenge = response.headers.get('www-authenticate');
    const demand = stepUpOf(challenge);
    if (demand) {
      const stronger = await tokens.get({ ...wanted, ...demand });
      await response.body?.cancel();
      return send(stronger);
    }
    if (!refusesToken(challenge)) return response;

    // Nothing younger exists than what lives longer than the refused token still would.
    const left = Math.max(0, token.expiresAt - now()) / 1_000;
    const fresh = await tokens.get({ ...wanted, minTtl: Math.ceil(left) + 1 });
    if (fresh.token === token.token) return response;
    await response.body?.cancel();
    return send(fresh);
  };
}

function refuseForeign(url: URL, resource: string | undefined): void {
  // Where no resource is named, `tokens.get` says so.
  if (!resource || `${resource}/`.startsWith(`${url.origin}/`)) return;
  throw new LatchkeyError({
    code: 'invalid_request',
    message: `A token for ${resource} goes to its own origin only: name the resource of this URL, or use plain fetch.`,
  });
}

/** RFC 6750 §3.1. An API that does not expose `WWW-Authenticate` across origins leaves only the status to go by. */
const refusesToken = (challenge: string | null): boolean =>
  challenge === null || /\berror="?invalid_token\b/.test(challenge);

/** What a challenge asks of the sign-in (RFC 9470 §3). */
function stepUpOf(challenge: string | null): Pick<TokenOptions, 'acrValues' | 'maxAge'> | undefined {
  if (!challenge || !/\berror="?insufficient_user_authentication\b/.test(challenge)) return undefined;
  const value = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(challenge)?.[1];
  const maxAge = Number(value('max_age') ?? Number.NaN);
  return { acrValues: value('acr_values'), maxAge: Number.isInteger(maxAge) ? maxAge : undefined };
}
