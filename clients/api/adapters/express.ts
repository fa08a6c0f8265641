import type { ServerResponse } from 'node:http';
import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { type Incoming, nodeCall } from './node-call.ts';
import { verifyCall } from './verify-call.ts';

/** The part of Express's request that is read; 4 and 5 alike. */
export interface ExpressRequest extends Incoming {
  /** As `trust proxy` has it. */
  protocol: string;
  originalUrl: string;
}

type Middleware = (req: ExpressRequest, res: ServerResponse, next: (error?: unknown) => void) => void;

const known = new WeakMap<object, Claims>();

/**
 * The claims of a request that has passed a guard.
 *
 * @throws {TypeError} where it has not
 */
export function claimsOf(req: object): Claims {
  const claims = known.get(req);
  if (claims) return claims;
  throw new TypeError('@latchkey/api/express: this route has no guard before it');
}

/**
 * For Express.
 *
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

/** `app.use(cors({ origins }))`, before the guards: answers preflights, and lets these pages read every answer. */
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
