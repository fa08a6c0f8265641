import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { verifyCall } from './verify-call.ts';

type Handler = (request: Request) => Response | Promise<Response>;

/**
 * Wraps a fetch-style handler (`Deno.serve`, `Bun.serve`, workers) so that it requires a valid access token.
 *
 * Requests without a valid token get a 401, 403, 400 or 503 response with a `WWW-Authenticate` challenge; they never
 * reach the handler.
 *
 * @param verify from `verifier()`
 * @returns takes the requirements (default: none beyond a valid token), then the handler, which gets the claims as its
 *   second argument
 * @see RFC 6750 §3
 * @example
 * const require = guard(verifier({ issuer, audience }));
 * export default { fetch: require({ scopes: ['orders:read'] })((request, { sub }) => Response.json(ordersOf(sub))) };
 */
export const guard =
  (verify: Verify) =>
  (requirements: Requirements = {}) =>
  (handler: (request: Request, claims: Claims) => Response | Promise<Response>): Handler =>
  async (request) => {
    const verified = await verifyCall(verify, request, requirements);
    if (verified.refusal) return verified.refusal.toResponse();
    return withHeaders(await handler(request, verified.claims), verified.headers);
  };

/**
 * Wraps a handler so that CORS preflights get a 204, and pages of the listed origins can read every response, refusals
 * included. Put it outside the guard: preflights carry no token.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @example
 * export default { fetch: cors({ origins: ['https://shop.example.com'] })(guarded) };
 */
export function cors(options: CorsOptions): (handler: Handler) => Handler {
  const answer = corsHeaders(options);
  return (handler) => async (request) => {
    const { preflight, headers } = answer(request);
    return preflight ? new Response(null, { status: 204, headers }) : withHeaders(await handler(request), headers);
  };
}

/** Copies the response, because the headers of a fetched response are immutable. */
function withHeaders(response: Response, more: Record<string, string>): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(more)) {
    if (name === 'vary') headers.append(name, value);
    else headers.set(name, value);
  }
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
