import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { type Incoming, nodeCall } from './node-call.ts';
import { verifyCall } from './verify-call.ts';

/** The parts of Fastify's request and reply that are used. */
export interface FastifyRequest {
  raw: Incoming;
  /** As `trustProxy` has it. */
  protocol: string;
  originalUrl: string;
}
export interface FastifyReply {
  code(status: number): this;
  headers(headers: Record<string, string>): this;
  send(body?: string): this;
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

const known = new WeakMap<object, Claims>();

/**
 * The claims of a request that has passed a guard.
 *
 * @throws {TypeError} where it has not
 */
export function claimsOf(request: object): Claims {
  const claims = known.get(request);
  if (claims) return claims;
  throw new TypeError('@latchkey/api/fastify: this route has no guard among its hooks');
}

/**
 * For Fastify, as an `onRequest` hook: nobody's body is read before their token is.
 *
 * @example
 * const require = guard(verifier({ issuer, audience }));
 * app.get('/orders', { onRequest: require({ scopes: ['orders:read'] }) }, (request) => ordersOf(claimsOf(request).sub));
 */
export const guard =
  (verify: Verify) =>
  (requirements: Requirements = {}): Hook =>
  async (request, reply) => {
    const verified = await verifyCall(verify, callOf(request), requirements);
    if (verified.refusal) {
      const { status, headers, body } = verified.refusal;
      return reply.code(status).headers(headers).send(body);
    }
    known.set(request, verified.claims);
    reply.headers(verified.headers);
    return undefined;
  };

/**
 * `app.addHook('onRequest', cors({ origins }))`, before the routes: answers preflights, and lets these pages read
 * every answer. Fastify runs hooks for paths without an OPTIONS route as well.
 */
export function cors(options: CorsOptions): Hook {
  const answer = corsHeaders(options);
  return async (request, reply) => {
    const { preflight, headers } = answer(callOf(request));
    reply.headers(headers);
    return preflight ? reply.code(204).send() : undefined;
  };
}

const callOf = (request: FastifyRequest) =>
  nodeCall(request.raw, { scheme: request.protocol, path: request.originalUrl });
