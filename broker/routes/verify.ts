import { type Refusal, Refused, refusalStatus } from '@latchkey/shared/resource-server/refused.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { authorizeRequest } from '../gateway/authorize-request.ts';
import { identityHeaders } from '../gateway/identity-headers.ts';
import { type Forwarded, originalRequest } from '../gateway/original.ts';
import { parseRules } from '../gateway/rules.ts';
import { refusedAnswer } from './refused-answer.ts';

/** Below this path gateways ask that can't set method and path of their question. */
const mirrorPath = '/verify/mirror';
/** There the rules come in this header, from trusted proxies only: the query is the client's. */
const rulesHeader = 'x-latchkey-rules';

/**
 * `GET /verify`: forward authentication for gateways, which set the rules as parameters. 200 with the identity in
 * headers, or 401/403 with a challenge for the client. Never a cookie.
 */
export function verify(deps: Deps) {
  return (c: BrokerContext) =>
    answer(deps, c, new URL(c.req.url).searchParams, {
      method: c.req.header('x-forwarded-method'),
      uri: c.req.header('x-forwarded-uri'),
    });
}

/** Any method on `/verify/mirror/…`: the same for Envoy, whose question repeats the client's method and path. */
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
  }).catch((error: unknown) => {
    letPagesRead(c, deps, rules.resource);
    if (!(error instanceof Refused)) throw error;
    throw refusedAnswer(error, { dpop: resource.dpop, nonces: deps.nonces, status: gatewayStatus(error.refusal) });
  });
  for (const [name, value] of Object.entries(identityHeaders(claims))) {
    c.header(name, value);
  }
  return c.body(null, 200);
}

/**
 * Gateways hand a 401 or 403 on to the client and take every other status for a fault of the broker: nginx's
 * `auth_request` would answer 500, HAProxy 503. So a malformed request of the client is 401 here, with
 * `error="invalid_request"` in its challenge; 400 is left for a gateway whose rules are wrong.
 */
const gatewayStatus = ({ code }: Refusal): number => (code === 'invalid_request' ? 401 : refusalStatus[code]);

/** What the gateway says of the request, which counts only from a trusted proxy. */
function original(c: BrokerContext, asked: Pick<Forwarded, 'method' | 'uri'>) {
  if (!c.get('fromTrustedProxy')) return undefined;
  const proto = c.req.header('x-forwarded-proto');
  return originalRequest({ ...asked, proto, host: c.req.header('x-forwarded-host') ?? c.req.header('host') });
}

/** The gateway hands refusals on to the page, which has to see the challenge to answer it (Fetch §3.2). */
function letPagesRead(c: BrokerContext, { config }: Pick<Deps, 'config'>, resource: string): void {
  const origin = c.req.header('origin');
  if (origin === undefined || !config.origins.get(origin)?.allow.has(resource)) return;
  c.header('Access-Control-Allow-Origin', origin);
  c.header('Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce');
  c.header('Vary', 'Origin', { append: true });
}
