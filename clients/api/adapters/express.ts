import type { ServerResponse } from 'node:http';
import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { type Incoming, nodeCall } from './node-call.ts';
import { verifyCall } from './verify-call.ts';

/** The parts of Express's request that are used; the same in 4 and 5. */
export interface ExpressRequest extends Incoming {
  /** Respects `trust proxy`. */
  protocol: string;
  originalUrl: string;
}

type Middleware = (req: ExpressRequest, res: ServerResponse, next: (error?: unknown) => void) => void;

const known = new WeakMap<object, Claims>();

/**
 * Gets the token claims of a request that has passed a {@link guard}.
 *
 * @throws {TypeError} if no guard has run for this request
 * @example
 * const { sub } = claimsOf(req);
 */
export function claimsOf(req: object): Claims {
  const claims = known.get(req);
  if (claims) return claims;
  throw new TypeError('@latchkey/api/express: this route has no guard before it');
}

/**
 * Creates Express middleware that requires a valid access token.
 *
 * Requests without a valid token get a 401, 403, 400 or 503 response with a `WWW-Authenticate` challenge; they never
 * reach the route's handler.
 *
 * @param verify from `verifier()`
 * @returns takes a route's requirements (default: none beyond a valid token) and returns its middleware
 * @see RFC 6750 §3
 * @example
 * const require = guard(verifier({ issuer, audience }));
 * app.get('/orders', require({ scopes: ['orders:read'] }), (req, res) => res.json(ordersOf(claimsOf(req).sub)));
 */
export const guard =
  (verify: Verify) =>
  (requirements: Requirements = {}): Middleware =>
  (req, res, next) => {
    verifyCall(verify, callOf(req), requirements)
      .then((verified) => {
        if (verified.refusal) {
          const { status, headers, body } = verified.refusal;
          res.writeHead(status, headers).end(body);
          return;
        }
        known.set(req, verified.claims);
        for (const [name, value] of Object.entries(verified.headers)) res.setHeader(name, value);
        next();
      })
      .catch(next);
  };

/**
 * Creates Express middleware that answers CORS preflights with 204 and lets the listed origins read every response,
 * refusals included. Register it before the guards: preflights carry no token.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @example
 * app.use(cors({ origins: ['https://shop.example.com'] }));
 */
export function cors(options: CorsOptions): Middleware {
  const answer = corsHeaders(options);
  return (req, res, next) => {
    const { preflight, headers } = answer(callOf(req));
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (preflight) res.writeHead(204).end();
    else next();
  };
}

const callOf = (req: ExpressRequest) => nodeCall(req, { scheme: req.protocol, path: req.originalUrl });
