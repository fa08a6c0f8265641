import type { MiddlewareHandler } from 'hono';
import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { verifyCall } from './verify-call.ts';

/** The variables that the guard sets: `c.get('claims')`. */
export interface GuardEnv {
  Variables: { claims: Claims };
}

/**
 * Creates Hono middleware that requires a valid access token. Works on every runtime of Hono.
 *
 * Requests without a valid token get a 401, 403, 400 or 503 response with a `WWW-Authenticate` challenge; they never
 * reach the route's handler.
 *
 * @param verify from `verifier()`
 * @returns takes a route's requirements (default: none beyond a valid token) and returns its middleware
 * @see RFC 6750 §3
 * @example
 * const require = guard(verifier({ issuer, audience }));
 * app.get('/orders', require({ scopes: ['orders:read'] }), (c) => c.json(ordersOf(c.get('claims').sub)));
 */
export const guard =
  (verify: Verify) =>
  (requirements: Requirements = {}): MiddlewareHandler<GuardEnv> =>
  async (c, next) => {
    const verified = await verifyCall(verify, c.req.raw, requirements);
    if (verified.refusal) return verified.refusal.toResponse();
    c.set('claims', verified.claims);
    for (const [name, value] of Object.entries(verified.headers)) c.res.headers.set(name, value);
    await next();
  };

/**
 * Creates Hono middleware that answers CORS preflights with 204 and lets the listed origins read every response,
 * refusals included. Register it before the guards: preflights carry no token.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @example
 * app.use(cors({ origins: ['https://shop.example.com'] }));
 */
export function cors(options: CorsOptions): MiddlewareHandler {
  const answer = corsHeaders(options);
  return async (c, next) => {
    const { preflight, headers } = answer(c.req.raw);
    if (preflight) return new Response(null, { status: 204, headers });
    // Set on `c.res`: Hono copies these headers into the final response, including a guard's refusal.
    for (const [name, value] of Object.entries(headers)) c.res.headers.append(name, value);
    await next();
  };
}
