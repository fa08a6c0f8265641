import { createHash, createHmac } from 'node:crypto';
import { ecKey, rsaKey, type VectorKey } from './keys.ts';

type Json = Readonly<Record<string, unknown>>;

/** The verifier's settings and clock for the vectors. */
export const setting = {
  issuer: 'https://latchkey.example.com',
  audience: 'https://api.example.com',
  /** What the route requires. */
  scope: 'orders:read',
  group: 'example:staff',
  method: 'GET',
  url: 'https://api.example.com/orders',
  /** 2030-01-01, in seconds since the epoch. */
  now: Date.UTC(2030, 0, 1) / 1_000,
} as const;

export const keys = {
  ec: ecKey('ec'),
  rsa: rsaKey(),
  /** Of an attacker: its public half is published nowhere. */
  foreign: ecKey('foreign'),
  /** Of a client, which tokens are bound to. */
  client: ecKey('client'),
} as const;

/** The times make the verdict the same on every day until 2099, so that most vectors need no control of the clock. */
const past = Date.UTC(2026, 0, 1) / 1_000;
export const farFuture = Date.UTC(2099, 0, 1) / 1_000;

export const claims = {
  iss: setting.issuer,
  sub: 'k3Jx9dT0Vb1mQ7sZ',
  aud: setting.audience,
  client_id: 'latchkey-extension',
  azp: 'https://shop.example.com',
  scope: 'orders:read profile',
  groups: ['example:staff', 'example:admins'],
  auth_time: past,
  iat: past,
  exp: farFuture,
  jti: 'test-vector',
} as const;

export const expiredAt = past + 300;

export const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

const headerOf = ({ alg, kid }: VectorKey): Json => ({ alg, typ: 'at+jwt', kid });

/** Signs a header and payload, objects or text, as they are. */
export function signRaw(header: Json | string, payload: Json | string, key: VectorKey = keys.ec): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${key.sign(input).toString('base64url')}`;
}

/** A valid token, but for what is changed. `undefined` removes a claim or header parameter. */
export const token = (changes: Json = {}, header: Json = {}, key: VectorKey = keys.ec): string =>
  signRaw({ ...headerOf(key), ...header }, { ...claims, ...changes }, key);

/** A token that is "signed" with the public key as an HMAC secret. */
export function hmacToken(secret: string | Buffer): string {
  const input = `${encode({ ...headerOf(keys.ec), alg: 'HS256' })}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

const thumbprint = ({ publicJwk: { crv, kty, x, y } }: VectorKey): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');

/** A token that is bound to the client's key (RFC 9449 §6.1). */
export const boundToken = token({ cnf: { jkt: thumbprint(keys.client) } });

/** The client's proof for the request (RFC 9449 §4.2), but for what is changed. */
export function proof(changes: Json = {}, header: Json = {}, key: VectorKey = keys.client): string {
  const payload = {
    jti: 'test-vector-proof',
    htm: setting.method,
    htu: setting.url,
    iat: setting.now,
    ath: createHash('sha256').update(boundToken).digest('base64url'),
    ...changes,
  };
  return signRaw({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.publicJwk, ...header }, payload, key);
}
