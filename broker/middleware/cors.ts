import type { BrokerContext } from '../env.ts';

/**
 * Lets pages of every origin call an endpoint of public clients (Fetch §3.2). Credentials stay out: browsers send no
 * cookies to a wildcard origin, and these endpoints read none.
 */
export async function cors(c: BrokerContext, next: () => Promise<void>) {
  c.header('Access-Control-Allow-Origin', '*');
  c.header('Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id');
  if (c.req.method === 'OPTIONS') {
    c.header('Access-Control-Allow-Methods', 'GET, POST');
    // The wildcard leaves out Authorization.
    c.header('Access-Control-Allow-Headers', 'Authorization, *');
    c.header('Access-Control-Max-Age', '7200');
    return c.body(null, 204);
  }
  return next();
}
