import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { type Incoming, nodeCall } from './node-call.ts';
import { verifyCall } from './verify-call.ts';

/** The parts of Fastify's request that are used. */
export interface FastifyRequest {
  raw: Incoming;
  /** Respects `trustProxy`. */
  protocol: string;
  originalUrl: string;
}
/** The parts of Fastify's reply that are used. */
export interface FastifyReply {
  code(status: number): this;
  headers(headers: Record<string, string>): this;
  send(body?: string): this;
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

const known = new WeakMap<object, Claims>();

/**
 * Gets the token claims of a request that has passed a {@link guard}.
 *
 * @throws {TypeError} if no guard has run for this request
 * @example
 * const { sub } = claimsOf(request);
 */
export function claimsOf(request: object): Claims {
  const claims = known.get(request);
  if (claims) return claims;
  throw new TypeError('@latchkey/api/fastify: this route has no guard among its hooks');
}

/**
 * Creates a Fastify `onRequest` hook that requires a valid access token. The token is verified before the body is read.
 *
 * Requests without a valid token get a 401, 403, 400 or 503 response with a `WWW-Authenticate` challenge; they never
 * reach the route's handler.
 *
 * @param verify from `verifier()`
 * @returns takes a route's requirements (default: none beyond a valid token) and returns its hook
 * @see RFC 6750 §3
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
 * Creates a Fastify `onRequest` hook that answers CORS preflights with 204 and lets the listed origins read every
 * response, refusals included. Register it before the routes. Fastify also runs it for paths without an OPTIONS route.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @example
 * app.addHook('onRequest', cors({ origins: ['https://shop.example.com'] }));
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
