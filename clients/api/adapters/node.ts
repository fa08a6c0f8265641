import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Claims } from '../claims.ts';
import { type CorsOptions, corsHeaders } from '../cors.ts';
import type { Requirements } from '../requirements.ts';
import type { Verify } from '../verifier.ts';
import { nodeCall } from './node-call.ts';
import { verifyCall } from './verify-call.ts';

type Listener = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

/**
 * For `node:http`, `node:https` and `node:http2`: wraps a listener so that it is called with the claims of a good
 * token, and refusals are answered. What the listener itself throws is its own.
 *
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

/** Answers preflights, and lets the pages of these origins read the listener's answers, refusals included. */
export function cors(options: CorsOptions): (listener: Listener) => Listener {
  const answer = corsHeaders(options);
  return (listener) => (req, res) => {
    const { preflight, headers } = answer(nodeCall(req));
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (!preflight) return listener(req, res);
    res.writeHead(204).end();
  };
}
