import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { nodeCall } from './node-call.ts';
import { verifyCall } from './verify-call.ts';

type Listener = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

/**
 * Wraps a listener of `node:http`, `node:https` or `node:http2` so that it requires a valid access token.
 *
 * Requests without a valid token get a 401, 403, 400 or 503 response with a `WWW-Authenticate` challenge; they never
 * reach the listener.
 *
 * @param verify from `verifier()`
 * @returns takes the requirements (default: none beyond a valid token), then the listener, which gets the claims as its
 *   third argument. Errors that the listener throws are not caught
 * @see RFC 6750 §3
 * @example
 * const require = guard(verifier({ issuer, audience }));
 * createServer(require({ scopes: ['orders:read'] })((req, res, { sub }) => res.end(JSON.stringify(ordersOf(sub)))));
 */
export const guard =
  (verify: Verify) =>
  (requirements: Requirements = {}) =>
  (listener: (req: IncomingMessage, res: ServerResponse, claims: Claims) => unknown) =>
  async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const verified = await verifyCall(verify, nodeCall(req), requirements);
    if (verified.refusal) {
      const { status, headers, body } = verified.refusal;
      res.writeHead(status, headers).end(body);
      return;
    }
    for (const [name, value] of Object.entries(verified.headers)) res.setHeader(name, value);
    await listener(req, res, verified.claims);
  };

/**
 * Wraps a listener so that CORS preflights get a 204, and pages of the listed origins can read every response, refusals
 * included. Put it outside the guard: preflights carry no token.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @example
 * createServer(cors({ origins: ['https://shop.example.com'] })(guarded));
 */
export function cors(options: CorsOptions): (listener: Listener) => Listener {
  const answer = corsHeaders(options);
  return (listener) => (req, res) => {
    const { preflight, headers } = answer(nodeCall(req));
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (!preflight) return listener(req, res);
    res.writeHead(204).end();
  };
}
