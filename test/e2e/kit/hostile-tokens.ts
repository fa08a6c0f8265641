import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { JWK } from 'jose';

/** The input for the tokens: a valid token's contents, and the real signing key. */
export interface HostileOptions {
  /** Claims of a valid access token (RFC 9068). */
  claims: Readonly<Record<string, unknown>>;
  kid: string;
  /** The issuer's real P-256 signing key. Some of these tokens are signed with it and still invalid. */
  privateKey: KeyObject | JWK;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface HostileToken {
  name: string;
  token: string;
}

type Json = Readonly<Record<string, unknown>>;

const encode = (text: string): string => Buffer.from(text).toString('base64url');

function es256(header: Json | string, claims: Json | string, key: KeyObject): string {
  const [head, body] = [header, claims].map((part) => encode(typeof part === 'string' ? part : JSON.stringify(part)));
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' });
  return `${head}.${body}.${signature.toString('base64url')}`;
}

/** A valid token. It shows that the others fail only because of their defect. */
export const goodToken = ({ claims, kid, privateKey }: HostileOptions): string =>
  es256({ alg: 'ES256', typ: 'at+jwt', kid }, claims, keyObject(privateKey));

/** Tokens that every verifier must reject. Each has exactly one defect (RFC 8725). */
export function hostileTokens(options: HostileOptions): HostileToken[] {
  const { claims, kid, now } = options;
  const key = keyObject(options.privateKey);
  const publicKey = createPublicKey(key);
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const foreignJwk = foreign.publicKey.export({ format: 'jwk' });
  const header = { alg: 'ES256', typ: 'at+jwt', kid };
  const seconds = Math.floor(now / 1_000);
  const unsigned = `${encode(JSON.stringify({ ...header, alg: 'none' }))}.${encode(JSON.stringify(claims))}`;
  const good = goodToken(options);
  const [head = '', body = '', signature = ''] = good.split('.');

  const hs256 = (secret: string | Buffer): string => {
    const input = `${encode(JSON.stringify({ ...header, alg: 'HS256' }))}.${body}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const signed = (extra: Json, otherClaims: Json = {}): string =>
    es256({ ...header, ...extra }, { ...claims, ...otherClaims }, key);
  const forged = (extra: Json): string => es256({ ...header, ...extra }, claims, foreign.privateKey);
  const twice = JSON.stringify(claims).replace('{', '{"sub":"somebody-else",');

  const tokens: Record<string, string> = {
    'alg none': `${unsigned}.`,
    'alg none with a signature': `${unsigned}.${signature}`,
    'alg None': `${encode(JSON.stringify({ ...header, alg: 'None' }))}.${body}.`,
    'HS256 with the public key as PEM': hs256(publicKey.export({ format: 'pem', type: 'spki' })),
    'HS256 with the public key as DER': hs256(publicKey.export({ format: 'der', type: 'spki' })),
    'HS256 with the public key as JWK': hs256(JSON.stringify(publicKey.export({ format: 'jwk' }))),
    'wrong typ: JWT': signed({ typ: 'JWT' }),
    'wrong typ: logout+jwt': signed({ typ: 'logout+jwt' }),
    'wrong typ: dpop+jwt': signed({ typ: 'dpop+jwt' }),
    'no typ': signed({ typ: undefined }),
    'foreign kid': forged({ kid: 'nobody-knows-this-key' }),
    'our kid, foreign key': forged({}),
    'no kid': signed({ kid: undefined }),
    'kid is an object': signed({ kid: { toString: 'x' } }),
    'kid is a path': forged({ kid: '../../../../dev/null' }),
    'jwk in the header': forged({ jwk: foreignJwk }),
    'jku in the header': forged({ jku: 'https://evil.example/jwks' }),
    'x5u in the header': forged({ x5u: 'https://evil.example/cert.pem' }),
    'x5c in the header': forged({ x5c: ['MIIB'] }),
    'jku in the header, our signature': signed({ jku: 'https://evil.example/jwks' }),
    'duplicate claims': es256(header, twice, key),
    'duplicate header': es256(JSON.stringify(header).replace('{', '{"alg":"none",'), claims, key),
    'a token of 1 MB': signed({}, { padding: 'x'.repeat(1_000_000) }),
    'a token of 9 kB': signed({}, { padding: 'x'.repeat(7_000) }),
    'crit, unknown': signed({ crit: ['exp-2'], 'exp-2': 1 }),
    'crit, b64': signed({ crit: ['b64'], b64: false }),
    expired: signed({}, { iat: seconds - 600, exp: seconds - 300 }),
    'no exp': signed({}, { exp: undefined }),
    'exp is text': signed({}, { exp: String(seconds + 300) }),
    'not yet valid (nbf)': signed({}, { nbf: seconds + 600 }),
    'issued in the future (iat)': signed({}, { iat: seconds + 3_600, exp: seconds + 7_200 }),
    'another issuer': signed({}, { iss: 'https://evil.example' }),
    'another audience': signed({}, { aud: 'https://another.example' }),
    'no audience': signed({}, { aud: undefined }),
    'sub is a number': signed({}, { sub: 1 }),
    'signature cut': good.slice(0, -4),
    'signature of zeros': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
    'signature missing': `${head}.${body}.`,
    'payload changed': `${head}.${encode(JSON.stringify({ ...claims, sub: 'somebody-else' }))}.${signature}`,
    'payload not an object': es256(header, '[1,2]', key),
    'payload not JSON': es256(header, '{"sub":', key),
    'five parts': `${good}.${signature}.${signature}`,
    'two parts': `${head}.${body}`,
    'no token at all': 'null',
    dots: '..',
    'prototype in the header': es256(`{"__proto__":{"alg":"ES256"},"typ":"at+jwt","kid":"${kid}"}`, claims, key),
  };
  return Object.entries(tokens).map(([name, token]) => ({ name, token }));
}

const keyObject = (key: KeyObject | JWK): KeyObject =>
  'kty' in key ? createPrivateKey({ key, format: 'jwk' }) : (key as KeyObject);
