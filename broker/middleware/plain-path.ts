import type { HttpBindings } from '@hono/node-server';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';

/** `.` and `..`, also percent-encoded: what a URL parser takes out (WHATWG URL, "double-dot path segment"). */
const dotSegment = /^(?:\.|%2e){1,2}$/i;

/**
 * Refuses a path with dot segments. Gateways that ask below `/verify/mirror` repeat their client's path: with enough of
 * `..` in it, it would come out at an endpoint that answers 200 to everybody, and the gateway let the client through.
 */
export async function plainPath(c: BrokerContext, next: () => Promise<void>): Promise<void> {
  // As it was sent: `c.req` has the path without them.
  const { url = '' } = (c.env as HttpBindings).incoming;
  const [path = ''] = url.split('?', 1);
  if (path.split(/[/\\]/).some((segment) => dotSegment.test(segment))) {
    throw new OAuthError('invalid_request', 'the path must not contain . or .. segments');
  }
  await next();
}
