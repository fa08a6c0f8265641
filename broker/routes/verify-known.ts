import type { HttpBindings } from '@hono/node-server';
import { createBoundedMap } from '@latchkey/shared/bounded-map.ts';
import { parseAuthorization } from '@latchkey/shared/resource-server/authorization.ts';
import { bearerMayPass } from '@latchkey/shared/resource-server/bearer-may-pass.ts';
import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import type { KnownToken } from '../gateway/known-tokens.ts';
import { parseRules, type RouteRules } from '../gateway/rules.ts';
import { createAddressReader } from '../middleware/client-address.ts';
import { secureHeaderValues } from '../middleware/secure-headers.ts';
import { newSpanId, newTraceId } from '../trace/trace-context.ts';

const path = '/verify';
/** Gateways have one for each route. */
const maxRules = 1_000;

type Answer = Response | Promise<Response>;

/**
 * Answers `GET /verify` for tokens that need nothing from the store, without the application's middleware, which costs
 * ten times as much as the answer. It only says yes: everything else, and everything unusual, is left to the application,
 * which decides again and says why not. The answer, its metrics and its line in the log are the same as there.
 *
 * @returns a function that gets each request, and calls `otherwise` if it is not for it
 */
export function verifyKnown(deps: Deps) {
  const { config, knownTokens, metrics, requestLines, tracing, now, elapsed } = deps;
  const addressOf = createAddressReader(config);
  const rulesOf = createRulesReader();
  let always: Readonly<Record<string, string>> | undefined;
  void secureHeaderValues(config.issuer).then((values) => {
    always = { ...values, 'content-length': '0', 'cache-control': 'no-store' };
  });

  /** As `authorize` decides, which also says why not. */
  function mayPass({ claims }: KnownToken, rules: RouteRules): boolean {
    const resource = config.resources.get(rules.resource);
    return (
      resource !== undefined && bearerMayPass(claims, rules, { audience: rules.resource, dpop: resource.dpop, now })
    );
  }

  function find({ headers }: Request, query: string): KnownToken | undefined {
    try {
      const presented = parseAuthorization(headers.get('authorization'));
      const rules = presented?.scheme === 'Bearer' ? rulesOf(query) : undefined;
      const known = presented && rules && knownTokens.recall(presented.token);
      return known && mayPass(known, rules) ? known : undefined;
    } catch (error) {
      if (error instanceof Refused || error instanceof OAuthError) return undefined;
      throw error;
    }
  }

  return (request: Request, env: HttpBindings, otherwise: () => Answer): Answer => {
    const query = queryOf(env);
    if (query === undefined || tracing.isOn || !always || isUnusual(env)) return otherwise();
    const [startedAt, began] = [now(), elapsed()];
    const known = find(request, query);
    if (!known) return otherwise();
    const requestId = newTraceId();
    const headers = { ...always, ...known.headers, 'X-Request-Id': requestId };
    const answer = (): Response => {
      const { address } = addressOf(env.incoming.socket.remoteAddress, forwardedFor(env));
      metrics.request({ method: 'GET', route: path, status: 200 }, (elapsed() - began) / 1_000);
      requestLines.success({
        event: 'request',
        request_id: requestId,
        span_id: newSpanId(),
        method: 'GET',
        path,
        status: 200,
        address,
        ms: now() - startedAt,
      });
      return new Response(null, { headers });
    };
    if (knownTokens.isKnownLive(known.claims)) return answer();
    return knownTokens.isLive(known.claims).then(
      (isLive) => (isLive ? answer() : otherwise()),
      () => otherwise(),
    );
  };
}

/**
 * The query of a `GET /verify`, or `undefined` if it is another request. Of the path as sent: a `Request` has it without
 * dot segments, and a gateway's client could choose its own rules below `/verify/mirror`.
 */
function queryOf({ incoming: { method, url = '' } }: HttpBindings): string | undefined {
  return method === 'GET' && url.startsWith(`${path}?`) ? url.slice(path.length + 1) : undefined;
}

/** What gateways don't send, or what the application's middleware has to look at. */
const isUnusual = ({ incoming: { headers } }: HttpBindings): boolean =>
  headers.traceparent !== undefined ||
  headers['content-length'] !== undefined ||
  headers['transfer-encoding'] !== undefined;

/** Node joins several of them with commas. */
const forwardedFor = ({ incoming: { headers } }: HttpBindings): string | undefined =>
  headers['x-forwarded-for']?.toString();

/** Reads rules as the endpoint does. Remembers them, since a gateway sends the same ones with each request. */
function createRulesReader(): (query: string) => RouteRules {
  const known = createBoundedMap<RouteRules>(maxRules);
  return (query) => {
    const read = known.get(query) ?? parseRules(new URL(`http://gateway${path}?${query}`).searchParams);
    known.set(query, read);
    return read;
  };
}
