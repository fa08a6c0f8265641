import type { HttpBindings } from '@hono/node-server';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';

/** `.` and `..`, also percent-encoded. A URL parser removes these segments (WHATWG URL, "double-dot path segment"). */
const dotSegment = /^(?:\.|%2e){1,2}$/i;

/**
 * Rejects a path with dot segments. Gateways that send requests below `/verify/mirror` repeat their client's path.
 * With enough `..` segments it could reach an endpoint that responds 200 to everyone, and the gateway would let the
 * client through.
 */
export function plainPath(c: BrokerContext, next: () => Promise<void>): Promise<void> {
  // The path as sent. `c.req` has it without dot segments.
  const { url = '' } = (c.env as HttpBindings).incoming;
  const [path = ''] = url.split('?', 1);
  if (path.split(/[/\\]/).some((segment) => dotSegment.test(segment))) {
    throw new OAuthError('invalid_request', 'the path must not contain . or .. segments');
  }
  return next();
}
