import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { authorizeRequest } from '../gateway/authorize-request.ts';
import { identityHeaders } from '../gateway/identity-headers.ts';
import { mirroredRequest, type Original, originalRequest } from '../gateway/original.ts';
import { parseRules } from '../gateway/rules.ts';

/** Below this path gateways ask that can't set method and path of their question. */
const mirrorPath = '/verify/mirror';
/** There the rules come in this header, from trusted proxies only: the query is the client's. */
const rulesHeader = 'x-latchkey-rules';

/**
 * `GET /verify`: forward authentication for gateways, which set the rules as parameters. 200 with the identity in
 * headers, or 401/403 with a challenge for the client. Never a cookie.
 */
export function verify(deps: Deps) {
  return (c: BrokerContext) => answer(deps, c, new URL(c.req.url).searchParams, originalRequest(c));
}

/** Any method on `/verify/mirror/…`: the same for Envoy, whose question repeats the client's method and path. */
export function verifyMirrored(deps: Deps) {
  return (c: BrokerContext) => {
    const rules = c.get('fromTrustedProxy') ? c.req.header(rulesHeader) : undefined;
    if (rules === undefined) {
      throw new OAuthError('invalid_request', `${rulesHeader} is missing, or not from one of the trusted_proxies`);
    }
    return answer(deps, c, new URLSearchParams(rules), mirroredRequest(c, mirrorPath));
  };
}

async function answer(deps: Deps, c: BrokerContext, query: URLSearchParams, original: Original | undefined) {
  const rules = parseRules(query);
  const resource = deps.config.resources.get(rules.resource);
  if (!resource) {
    throw new OAuthError('invalid_target', "the gateway's configuration is wrong: resource names no resource of ours");
  }
  const claims = await authorizeRequest(deps, rules, resource, {
    authorization: c.req.header('authorization'),
    dpop: c.req.header('dpop'),
    original,
  }).catch((refusal: unknown) => {
    letPagesRead(c, deps, rules.resource);
    throw refusal;
  });
  for (const [name, value] of Object.entries(identityHeaders(claims))) {
    c.header(name, value);
  }
  return c.body(null, 200);
}

/** The gateway hands refusals on to the page, which has to see the challenge to answer it (Fetch §3.2). */
function letPagesRead(c: BrokerContext, { config }: Deps, resource: string): void {
  const origin = c.req.header('origin');
  if (origin === undefined || !config.origins.get(origin)?.allow.has(resource)) return;
  c.header('Access-Control-Allow-Origin', origin);
  c.header('Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce');
  c.header('Vary', 'Origin', { append: true });
}
