import { type CryptoKey, importJWK, type JWK } from 'jose';
import { isSecureUrl } from '#shared/origin.ts';
import { fetchJson } from './fetch-json.ts';

export interface LoadedKeys {
  /** By `kid`. */
  keys: Map<string, CryptoKey>;
  /** How long they are fresh, in milliseconds, as `Cache-Control` has it, within bounds. */
  maxAgeMs: number;
}

export interface LoaderOptions {
  issuer: string;
  jwksUri?: string | undefined;
  fetch: typeof fetch;
}

/** Finds the issuer's keys: by its metadata (RFC 8414 §3), or where `jwksUri` says. */
export function createKeyLoader({ issuer, jwksUri, fetch }: LoaderOptions): () => Promise<LoadedKeys> {
  let discovered: string | undefined;

  return async () => {
    const url = jwksUri ?? discovered ?? (await discover(fetch, issuer));
    discovered = undefined;
    const { body, headers } = await fetchJson(fetch, url);
    const keys = await importKeys(body.keys);
    if (keys.size === 0) throw new Error(`${url} holds no ES256 key with a kid`);
    discovered = url;
    return { keys, maxAgeMs: maxAge(headers.get('cache-control')) };
  };
}

async function discover(fetch: LoaderOptions['fetch'], issuer: string): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const url = `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`;
  const { body } = await fetchJson(fetch, url);
  if (body.issuer !== issuer) throw new Error(`${url} names another issuer than ${issuer}`);
  const uri = body.jwks_uri;
  if (typeof uri !== 'string' || !URL.canParse(uri) || !isSecureUrl(new URL(uri))) {
    throw new Error(`${url} has no jwks_uri on https: or loopback`);
  }
  return uri;
}

/** The ES256 keys of a JWK set. Others may stand beside them for others' use, and one that is broken must not hide the rest. */
async function importKeys(set: unknown): Promise<Map<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const jwk of Array.isArray(set) ? (set as (JWK | null)[]) : []) {
    if (jwk?.kty !== 'EC' || jwk.crv !== 'P-256' || typeof jwk.kid !== 'string') continue;
    if ((jwk.use ?? 'sig') !== 'sig' || (jwk.alg ?? 'ES256') !== 'ES256') continue;
    const { kty, crv, x, y, kid } = jwk;
    const key = await importJWK({ kty, crv, x, y } as JWK, 'ES256').catch(() => undefined);
    if (key instanceof CryptoKey) keys.set(kid, key);
  }
  return keys;
}

const [shortestMs, usualMs, longestMs] = [30_000, 600_000, 86_400_000];

/** @see RFC 9111 §5.2.2 */
function maxAge(cacheControl: string | null): number {
  if (cacheControl === null) return usualMs;
  const seconds = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(cacheControl)?.[1];
  if (seconds === undefined || /no-store|no-cache/i.test(cacheControl)) return shortestMs;
  return Math.min(Math.max(Number(seconds) * 1_000, shortestMs), longestMs);
}
