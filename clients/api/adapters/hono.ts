import type { MiddlewareHandler } from 'hono';
import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { verifyCall } from './verify-call.ts';

/** What the guard puts into the context: `c.get('claims')`. */
export interface GuardEnv {
  Variables: { claims: Claims };
}

/**
 * For Hono, on every runtime.
 *
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

/** `app.use(cors({ origins }))`, before the guards: answers preflights, and lets these pages read every answer. */
export function cors(options: CorsOptions): MiddlewareHandler {
  const answer = corsHeaders(options);
  return async (c, next) => {
    const { preflight, headers } = answer(c.req.raw);
    if (preflight) return new Response(null, { status: 204, headers });
    // On `c.res`, from where Hono copies them into whatever answer comes, a guard's refusal included.
    for (const [name, value] of Object.entries(headers)) c.res.headers.append(name, value);
    await next();
  };
}
