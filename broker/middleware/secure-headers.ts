import { Hono, type MiddlewareHandler } from 'hono';
import { secureHeaders as honoSecureHeaders } from 'hono/secure-headers';
import type { Env } from '../env.ts';

/**
 * Sets the security headers of every response. The policy denies everything and then allows what the pages use: one
 * style sheet, one image, forms to the same origin, and the broker's own script on pages that have one. HSTS lasts a
 * year (ASVS 3.4.1) and is omitted on plain loopback.
 */
export function secureHeaders(issuer: string): MiddlewareHandler<Env> {
  const [strict, withScript] = [headers(issuer, {}), headers(issuer, { scriptSrc: ["'self'"] })].map(valuesOf);
  return async (c, next) => {
    await next();
    for (const [name, value] of (await (c.get('hasScript') ? withScript : strict)) ?? [])
      c.res.headers.set(name, value);
  };
}

/** What {@link secureHeaders} sets for an answer without a script. */
export const secureHeaderValues = async (issuer: string): Promise<Record<string, string>> =>
  Object.fromEntries(await valuesOf(secureHeaders(issuer)));

/** The headers that a middleware sets, which are the same for every response. */
async function valuesOf(middleware: MiddlewareHandler): Promise<[string, string][]> {
  const app = new Hono().use(middleware).get('/', (c) => c.body(null));
  return [...(await app.request('/')).headers];
}

const headers = (issuer: string, scripts: { scriptSrc?: string[] }) =>
  honoSecureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      ...scripts,
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    strictTransportSecurity: issuer.startsWith('https:') ? 'max-age=31536000; includeSubDomains' : false,
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    crossOriginResourcePolicy: 'same-origin',
    crossOriginOpenerPolicy: 'same-origin',
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
  });
