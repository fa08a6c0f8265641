import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Channel } from './channel.ts';
import type { FetchInit } from './fetch-init.ts';
import type { Tokens } from './tokens.ts';

/**
 * Creates a `fetch` that sends the token in `Authorization`, to the resource's own origin only. On a redirect to
 * another origin the browser removes the header (Fetch Standard, HTTP-redirect fetch).
 *
 * DPoP proofs and challenges are in `challenges.ts`, which is loaded only when a page needs it.
 *
 * @param base returns the base of relative URLs
 */
export function createAuthorizedFetch(
  tokens: Tokens,
  channel: Channel,
  fetch: typeof globalThis.fetch,
  base: () => string,
) {
  return async (input: RequestInfo | URL, init: FetchInit): Promise<Response> => {
    const template = input instanceof Request ? input : undefined;
    const url = new URL(template?.url ?? input.toString(), base());
    refuseForeign(url, init.resource);
    const wanted = { ...init, signal: init.signal ?? template?.signal };

    const send = (authorization: string, proof?: string) => {
      const headers = new Headers(init.headers ?? template?.headers);
      headers.set('authorization', authorization);
      if (proof) headers.set('dpop', proof);
      return fetch(template ? template.clone() : input, { ...init, headers });
    };

    const token = await tokens.get(wanted);
    const response = token.type === 'Bearer' ? await send(`Bearer ${token.token}`) : undefined;
    if (response && response.status !== 401) return response;
    const { answerChallenges } = await import('./challenges.ts');
    return answerChallenges({ token, response, tokens, channel, template, wanted, send, url });
  };
}

function refuseForeign(url: URL, resource: string | undefined): void {
  // `tokens.get` rejects a missing resource.
  if (!resource || `${resource}/`.startsWith(`${url.origin}/`)) return;
  throw new LatchkeyError({
    code: 'invalid_request',
    message: `Tokens for ${resource} stay at its origin.`,
  });
}
