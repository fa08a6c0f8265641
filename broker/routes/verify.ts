import { type Refusal, Refused, refusalStatus } from '@latchkey/shared/resource-server/refused.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { authorizeRequest } from '../gateway/authorize-request.ts';
import { identityHeaders } from '../gateway/identity-headers.ts';
import { type Forwarded, originalRequest } from '../gateway/original.ts';
import { parseRules } from '../gateway/rules.ts';
import { refusedAnswer } from './refused-answer.ts';

/** Gateways that cannot set the method and path of their request use paths below this one. */
const mirrorPath = '/verify/mirror';
/**
 * On `/verify/mirror`, the rules come in this header, from trusted proxies only, because the client controls the
 * query.
 */
const rulesHeader = 'x-latchkey-rules';

/**
 * `GET /verify` provides forward authentication for gateways, which pass the rules as parameters. It responds 200 with
 * the identity in headers, or 401/403 with a challenge for the client. It never sets a cookie.
 */
export function verify(deps: Deps) {
  return (c: BrokerContext) =>
    answer(deps, c, new URL(c.req.url).searchParams, {
      method: c.req.header('x-forwarded-method'),
      uri: c.req.header('x-forwarded-uri'),
    });
}

/** Any method on `/verify/mirror/…` does the same for Envoy, whose request repeats the client's method and path. */
export function verifyMirrored(deps: Deps) {
  return (c: BrokerContext) => {
    const rules = c.get('fromTrustedProxy') ? c.req.header(rulesHeader) : undefined;
    if (rules === undefined) {
      throw new OAuthError(
        'invalid_request',
        `The ${rulesHeader} header is missing, or the sender is not one of the trusted_proxies.`,
      );
    }
    const { pathname, search } = new URL(c.req.url);
    const uri = `${pathname.slice(mirrorPath.length)}${search}`;
    return answer(deps, c, new URLSearchParams(rules), { method: c.req.method, uri });
  };
}

async function answer(deps: Deps, c: BrokerContext, query: URLSearchParams, asked: Pick<Forwarded, 'method' | 'uri'>) {
  const rules = parseRules(query);
  const resource = deps.config.resources.get(rules.resource);
  if (!resource) {
    throw new OAuthError(
      'invalid_target',
      "The gateway's configuration is wrong: its resource is not in the broker's configuration.",
    );
  }
  const claims = await authorizeRequest(deps, rules, resource, {
    authorization: c.req.header('authorization'),
    dpop: c.req.header('dpop'),
    original: original(c, asked),
    replayed: (failed) => c.set('failed', failed),
  }).catch((error: unknown) => {
    letPagesRead(c, deps, rules.resource);
    if (!(error instanceof Refused)) throw error;
    throw refusedAnswer(error, { dpop: resource.dpop, nonces: deps.nonces, status: gatewayStatus(error.refusal) });
  });
  for (const [name, value] of Object.entries(identityHeaders(claims))) {
    c.header(name, value);
  }
  // Without it, an answer without a body is sent in chunks.
  return c.body(null, 200, { 'Content-Length': '0' });
}

/**
 * Gateways pass a 401 or 403 on to the client and treat every other status as a failure of the broker: nginx's
 * `auth_request` would respond 500, HAProxy 503. A malformed client request is therefore 401, with
 * `error="invalid_request"` in its challenge. 400 is reserved for a gateway whose rules are wrong.
 */
const gatewayStatus = ({ code }: Refusal): number => (code === 'invalid_request' ? 401 : refusalStatus[code]);

/** The original request as the gateway describes it. The description counts only if it comes from a trusted proxy. */
function original(c: BrokerContext, asked: Pick<Forwarded, 'method' | 'uri'>) {
  if (!c.get('fromTrustedProxy')) return undefined;
  const proto = c.req.header('x-forwarded-proto');
  return originalRequest({ ...asked, proto, host: c.req.header('x-forwarded-host') ?? c.req.header('host') });
}

/** The gateway passes errors on to the page, which must be able to read the challenge to respond to it (Fetch §3.2). */
function letPagesRead(c: BrokerContext, { config }: Pick<Deps, 'config'>, resource: string): void {
  const origin = c.req.header('origin');
  if (origin === undefined || !config.origins.get(origin)?.allow.has(resource)) return;
  c.header('Access-Control-Allow-Origin', origin);
  c.header('Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce');
  c.header('Vary', 'Origin', { append: true });
}
