import type { Call } from './call.ts';

export interface CorsOptions {
  /** Origins whose pages may call, exactly: `https://shop.example.com`. */
  origins: readonly string[];
  /** Default: GET, HEAD, POST, PUT, PATCH, DELETE. */
  methods?: readonly string[] | undefined;
  /** Request headers beside `Authorization`, `DPoP` and `Content-Type`. */
  headers?: readonly string[] | undefined;
  /** Headers of answers beside `DPoP-Nonce` and `WWW-Authenticate`. */
  expose?: readonly string[] | undefined;
  /** Seconds that a browser may remember the preflight's answer. Default 600. */
  maxAge?: number | undefined;
}

export interface CorsAnswer {
  /** Whether the call is a preflight: answer it with 204 and these headers, and do nothing else. */
  preflight: boolean;
  headers: Record<string, string>;
}

const usualMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * What a page on another origin has to be told so that its token gets here and it can read a refusal (Fetch
 * §3.2). Without credentials: cookies are none of this API's business.
 */
export function corsHeaders({ origins, methods = usualMethods, headers = [], expose = [], maxAge = 600 }: CorsOptions) {
  const allowed = new Set(origins);
  return ({ method, headers: sent }: Call): CorsAnswer => {
    const origin = sent.get('origin');
    const preflight = method === 'OPTIONS' && origin !== null && sent.get('access-control-request-method') !== null;
    // A cache between us must not give one page's answer to another's.
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
