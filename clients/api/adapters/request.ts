import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { verifyCall } from './verify-call.ts';

type Handler = (request: Request) => Response | Promise<Response>;

/**
 * For servers that speak fetch (`Deno.serve`, `Bun.serve`, workers): wraps a handler so that it is called with
 * the claims of a good token, and refusals are answered.
 *
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

/** Answers preflights, and lets the pages of these origins read the handler's answers, refusals included. */
export function cors(options: CorsOptions): (handler: Handler) => Handler {
  const answer = corsHeaders(options);
  return (handler) => async (request) => {
    const { preflight, headers } = answer(request);
    return preflight ? new Response(null, { status: 204, headers }) : withHeaders(await handler(request), headers);
  };
}

/** A copy: the headers of an answer that was fetched from elsewhere can't be changed. */
function withHeaders(response: Response, more: Record<string, string>): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(more)) {
    if (name === 'vary') headers.append(name, value);
    else headers.set(name, value);
  }
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
