import type { Call } from './call.ts';

export interface CorsOptions {
  /** Exact origins of the pages that may call this API, such as `https://shop.example.com`. No wildcards. */
  origins: readonly string[];
  /** Default: GET, HEAD, POST, PUT, PATCH, DELETE. */
  methods?: readonly string[] | undefined;
  /** Allowed request headers besides `Authorization`, `DPoP` and `Content-Type`. Default: none. */
  headers?: readonly string[] | undefined;
  /** Exposed response headers besides `DPoP-Nonce` and `WWW-Authenticate`. Default: none. */
  expose?: readonly string[] | undefined;
  /** How long a browser may cache the preflight response, in seconds. Default 600. */
  maxAge?: number | undefined;
}

export interface CorsAnswer {
  /** Whether the request is a preflight: respond with 204 and these headers, and do nothing else. */
  preflight: boolean;
  headers: Record<string, string>;
}

const usualMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Creates a function that returns the CORS headers for a request, so that pages of other origins can send their token
 * and read refusals. Credentials are not allowed: the API uses no cookies.
 *
 * Use it in frameworks without an adapter; the adapters have `cors()`.
 *
 * @returns for each request, whether it is a preflight, and the headers for its response
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @example
 * const cors = corsHeaders({ origins: ['https://shop.example.com'] });
 * const { preflight, headers } = cors(request);
 * if (preflight) return new Response(null, { status: 204, headers });
 */
export function corsHeaders({ origins, methods = usualMethods, headers = [], expose = [], maxAge = 600 }: CorsOptions) {
  const allowed = new Set(origins);
  return ({ method, headers: sent }: Call): CorsAnswer => {
    const origin = sent.get('origin');
    const preflight = method === 'OPTIONS' && origin !== null && sent.get('access-control-request-method') !== null;
    // `Vary` keeps a cache from serving one origin's response to another.
    if (origin === null || !allowed.has(origin)) return { preflight, headers: { vary: 'Origin' } };
    const always = { vary: 'Origin', 'access-control-allow-origin': origin };
    if (!preflight) {
      const exposed = ['DPoP-Nonce', 'WWW-Authenticate', ...expose].join(', ');
      return { preflight, headers: { ...always, 'access-control-expose-headers': exposed } };
    }
    return {
      preflight,
      headers: {
        ...always,
        'access-control-allow-methods': methods.join(', '),
        'access-control-allow-headers': ['Authorization', 'DPoP', 'Content-Type', ...headers].join(', '),
        'access-control-max-age': String(maxAge),
      },
    };
  };
}
