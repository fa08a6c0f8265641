import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Channel } from './channel.ts';
import type { FetchInit } from './fetch-init.ts';
import type { Tokens } from './tokens.ts';

/**
 * Finds where a request goes.
 *
 * @throws {LatchkeyError} `invalid_request` if the resource's token must not be sent there
 */
export type Target = (url: string | URL, resource: string | undefined) => URL;

/**
 * Creates a `fetch` that sends the token in `Authorization`, only where it belongs. On a redirect to another origin the
 * browser removes the header (Fetch Standard, HTTP-redirect fetch).
 *
 * DPoP proofs and challenges are in `challenges.ts`, which is loaded only when a page needs it.
 *
 * @param target finds where a request goes, or refuses it
 */
export function createAuthorizedFetch(tokens: Tokens, channel: Channel, target: Target) {
  return async (input: RequestInfo | URL, init: FetchInit): Promise<Response> => {
    const template = input instanceof Request ? input : undefined;
    const url = target((template?.url ?? input) as string | URL, init.resource);
    const wanted = { ...init, signal: init.signal ?? template?.signal };

    const send = (authorization: string, proof?: string) => {
      const headers = new Headers(init.headers ?? template?.headers);
      headers.set('authorization', authorization);
      if (proof) headers.set('dpop', proof);
      // Looked up on each call. With another `this`, browsers throw.
      return (init.fetch ?? globalThis.fetch)(template?.clone() ?? input, { ...init, headers });
    };

    const token = await tokens.get(wanted);
    const response = token.type === 'Bearer' ? await send(`Bearer ${token.token}`) : undefined;
    if (response && response.status !== 401) return response;
    const { answerChallenges } = await import('./challenges.ts');
    return answerChallenges({ token, response, tokens, channel, template, wanted, send, url });
  };
}

/** Accepts the resource's own origin only. */
export const ownOrigin: Target = (to, resource) => {
  const url = new URL(to, location.href);
  // `tokens.get` rejects a missing resource.
  if (!resource || `${resource}/`.startsWith(`${url.origin}/`)) return url;
  throw new LatchkeyError({
    code: 'invalid_request',
    message: `Tokens for ${resource} stay at its origin.`,
  });
};
