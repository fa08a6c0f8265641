import { isSecureUrl } from '@latchkey/shared/origin.ts';
import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { Algorithm, Dialect } from './dialects.ts';
import { fetchJson } from './fetch-json.ts';
import { type CheckSignature, createSignatureCheck, findNodeCrypto } from './node-crypto.ts';

/** A key and the one algorithm it may be used with. */
export interface VerificationKey {
  kid: string;
  key: CryptoKey;
  algorithm: Algorithm;
  /** Checks a signature without waiting. Only in Node. */
  check?: CheckSignature | undefined;
}

export interface LoadedKeys {
  /** By `kid`. */
  keys: Map<string, VerificationKey>;
  /** How long the keys are fresh, in milliseconds: from `Cache-Control`, within bounds. */
  maxAgeMs: number;
}

export interface LoaderOptions {
  issuer: string;
  jwksUri?: string | undefined;
  metadata: Dialect['metadata'];
  /** Keys for other algorithms are ignored. */
  algorithms: readonly Algorithm[];
  fetch: typeof fetch;
}

/** Loads the issuer's keys from `jwksUri`, or from the URL in its metadata (RFC 8414 §3, OpenID Connect Discovery §4). */
export function createKeyLoader({
  issuer,
  jwksUri,
  metadata,
  algorithms,
  fetch,
}: LoaderOptions): (options?: { bypassCaches: boolean }) => Promise<LoadedKeys> {
  let discovered: string | undefined;

  return async ({ bypassCaches } = { bypassCaches: false }) => {
    const url = jwksUri ?? discovered ?? (await discover(fetch, issuer, metadata));
    discovered = undefined;
    const { body, headers } = await fetchJson(fetch, url, bypassCaches ? { 'cache-control': 'no-cache' } : {});
    const keys = await importKeys(body.keys, algorithms);
    if (keys.size === 0) throw new Error(`${url} holds no ${algorithms.join(' or ')} key with a kid`);
    discovered = url;
    return { keys, maxAgeMs: maxAge(headers.get('cache-control')) };
  };
}

async function discover(fetch: LoaderOptions['fetch'], issuer: string, metadata: Dialect['metadata']): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const url =
    metadata === 'oauth'
      ? `${origin}/.well-known/oauth-authorization-server${path}`
      : `${origin}${path}/.well-known/openid-configuration`;
  const { body } = await fetchJson(fetch, url);
  if (body.issuer !== issuer) throw new Error(`${url} names another issuer than ${issuer}`);
  const uri = body.jwks_uri;
  if (typeof uri !== 'string' || !URL.canParse(uri) || !isSecureUrl(new URL(uri))) {
    throw new Error(`${url} has no jwks_uri on https: or loopback`);
  }
  return uri;
}

/** Returns the usable keys of a JWK set. Skips keys for other uses, and malformed ones: one bad key must not disable the rest. */
async function importKeys(set: unknown, algorithms: readonly Algorithm[]): Promise<Map<string, VerificationKey>> {
  const keys = new Map<string, VerificationKey>();
  const node = findNodeCrypto();
  for (const jwk of Array.isArray(set) ? (set as (JWK | null)[]) : []) {
    const algorithm = jwk ? algorithmOf(jwk) : undefined;
    if (!jwk || !algorithm || !algorithms.includes(algorithm) || typeof jwk.kid !== 'string') continue;
    if ((jwk.use ?? 'sig') !== 'sig' || (jwk.alg ?? algorithm) !== algorithm) continue;
    const { kty, crv, x, y, n, e } = jwk;
    const bare = (algorithm === 'ES256' ? { kty, crv, x, y } : { kty, n, e }) as JWK;
    const read = await readKey(bare, algorithm, node).catch(() => undefined);
    if (read) keys.set(jwk.kid, { kid: jwk.kid, algorithm, ...read });
  }
  return keys;
}

/** @throws if the key is malformed for WebCrypto or for Node, which differ: WebCrypto takes a number for `e`, for example */
async function readKey(
  jwk: JWK,
  algorithm: Algorithm,
  node: ReturnType<typeof findNodeCrypto>,
): Promise<Pick<VerificationKey, 'key' | 'check'> | undefined> {
  const key = await importJWK(jwk, algorithm);
  if (!(key instanceof CryptoKey)) return undefined;
  return { key, check: node && createSignatureCheck(node, jwk, algorithm) };
}

/** Length of a 2048-bit modulus in base64url, the minimum of RFC 7518 §3.3. */
const shortestModulus = 342;

function algorithmOf({ kty, crv, n }: JWK): Algorithm | undefined {
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  return kty === 'RSA' && typeof n === 'string' && n.length >= shortestModulus ? 'RS256' : undefined;
}

const [shortestMs, usualMs, longestMs] = [30_000, 600_000, 86_400_000];

/** @see RFC 9111 §5.2.2 */
function maxAge(cacheControl: string | null): number {
  if (cacheControl === null) return usualMs;
  const seconds = /(?:^|[\s,])max-age="?(\d{1,10})/i.exec(cacheControl)?.[1];
  if (seconds === undefined || /no-store|no-cache/i.test(cacheControl)) return shortestMs;
  return Math.min(Math.max(Number(seconds) * 1_000, shortestMs), longestMs);
}
