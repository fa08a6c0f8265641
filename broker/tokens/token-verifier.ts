import type { KeyObject } from 'node:crypto';
import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import { longestAcceptedToken } from '@latchkey/shared/resource-server/token-length.ts';
import { hasDuplicateMembers } from '@latchkey/shared/strict-json.ts';
import { type Clock, toSeconds } from '@latchkey/shared/time.ts';
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import * as v from 'valibot';
import type { SigningAlgorithm } from '../config/types.ts';
import { verifyEs256 } from './es256.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Each key is for one of them. */
const algorithms: SigningAlgorithm[] = ['ES256', 'RS256'];
/** Allowed clock skew between replicas, in seconds. */
const clockTolerance = 5;

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
const time = v.pipe(v.number(), v.integer());

export const accessClaims = v.looseObject({
  iss: text,
  sub: text,
  aud: v.union([text, v.array(text)]),
  client_id: text,
  exp: time,
  iat: time,
  jti: text,
  azp: v.optional(text),
  sid: v.optional(text),
  scope: v.optional(v.string()),
  groups: v.optional(v.array(v.string())),
  groups_omitted: v.optional(v.string()),
  auth_time: v.optional(time),
  acr: v.optional(v.string()),
  amr: v.optional(v.array(v.string())),
  cnf: v.optional(v.looseObject({ jkt: text })),
});

/** Payload of an access token signed by the broker, as transmitted (RFC 9068 §2.2). */
export type AccessClaims = v.InferOutput<typeof accessClaims>;

/** An access token was rejected. The message gives the cause and the fix and never includes any part of the token. */
export class TokenError extends Refused {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'invalid_token', message }, options);
    this.name = 'TokenError';
  }
}

/**
 * Verifies an access token. The caller must check the audience.
 *
 * @throws {TokenError} if the token was not issued by this broker or is not currently valid
 */
export type TokenVerifier = (token: string) => Promise<AccessClaims>;

/**
 * Verifies access tokens of this broker with its own keys: format, type, algorithm, signature, issuer, timestamps, and
 * claim types.
 *
 * @see RFC 9068 §4, RFC 8725
 */
export function createTokenVerifier({
  issuer,
  keys,
  now,
}: {
  issuer: string;
  keys: Pick<SigningKeys, 'usable'>;
  now: Clock;
}): TokenVerifier {
  let keySet: { of: object; get: ReturnType<typeof createLocalJWKSet> } | undefined;
  const currentKeys = async (kid: string) => {
    const jwks = await keys.usable(kid);
    if (keySet?.of !== jwks) keySet = { of: jwks, get: createLocalJWKSet(jwks) };
    return keySet.get;
  };

  return async (token) => {
    const { kid } = checkForm(token);
    const payload = await checkSignature(token, await currentKeys(kid), issuer, now());
    return checkClaims(payload, now());
  };
}

/**
 * Verifies a token as {@link createTokenVerifier} does, with a key that is at hand, without waiting. Only says yes: of
 * what it is not sure of, the other one says what is wrong.
 *
 * WebCrypto verifies in another thread, and the way there and back costs as much as the signature.
 *
 * @param key a public key on P-256, by its ID
 */
export function acceptToken(
  token: string,
  { issuer, key, now }: { issuer: string; key: (kid: string) => KeyObject | undefined; now: number },
): AccessClaims | undefined {
  try {
    const { kid, alg, payload } = checkForm(token);
    const publicKey = alg === 'ES256' ? key(kid) : undefined;
    const end = token.lastIndexOf('.');
    if (!publicKey || !verifyEs256(token.slice(0, end), token.slice(end + 1), publicKey)) return undefined;
    const seconds = toSeconds(now);
    const claims = checkClaims(payload, now);
    const isInTime = claims.exp > seconds - clockTolerance && isBegun(payload.nbf, seconds);
    return claims.iss === issuer && isInTime ? claims : undefined;
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

const isBegun = (nbf: unknown, seconds: number): boolean =>
  nbf === undefined || (typeof nbf === 'number' && nbf <= seconds + clockTolerance);

function checkClaims(payload: unknown, now: number): AccessClaims {
  const claims = v.safeParse(accessClaims, payload);
  if (!claims.success) throw new TokenError('The token lacks a claim, or a claim has the wrong type.');
  // Replicas' clocks agree within the tolerance, so a token issued further in the future is invalid.
  if (claims.output.iat > toSeconds(now) + clockTolerance) {
    throw new TokenError('The token was issued in the future (iat): compare the clocks of the brokers.');
  }
  return claims.output;
}

/** What a token says of itself, before anything of it is verified. */
interface Form {
  kid: string;
  alg: unknown;
  payload: Record<string, unknown>;
}

/** Checks everything that does not require a key. */
function checkForm(token: string): Form {
  if (token.length > longestAcceptedToken) {
    throw new TokenError(`The token is longer than ${longestAcceptedToken} characters.`);
  }
  const [head = '', body = '', signature, ...more] = token.split('.');
  if (signature === undefined || more.length > 0) throw notOurs();
  const header = parsePart(head);
  const payload = parsePart(body);
  if (!algorithms.some((alg) => alg === header.alg)) {
    throw new TokenError(`The token is not signed with ${algorithms.join(' or ')}; no other algorithm is accepted.`);
  }
  if (typeof header.typ !== 'string' || !/^(?:application\/)?at\+jwt$/i.test(header.typ)) {
    throw new TokenError('The token is not of type at+jwt: send the access token, not an ID token or another JWT.');
  }
  if (['jwk', 'jku', 'x5c', 'x5u'].some((name) => name in header)) {
    throw new TokenError('The token brings its own key; keys come from the issuer alone.');
  }
  if ('crit' in header) throw new TokenError('The token has critical header parameters (crit), and none is supported.');
  if (typeof header.kid !== 'string') throw new TokenError('The token does not name the key that signed it (kid).');
  return { kid: header.kid, alg: header.alg, payload };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parsePart(part: string): Record<string, unknown> {
  let json: string;
  let value: unknown;
  try {
    json = utf8.decode(Buffer.from(part, 'base64url'));
    value = JSON.parse(json);
  } catch (cause) {
    throw notOurs(cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notOurs();
  if (hasDuplicateMembers(json)) throw new TokenError('The token names a header parameter or claim twice.');
  return value as Record<string, unknown>;
}

async function checkSignature(
  token: string,
  keys: ReturnType<typeof createLocalJWKSet>,
  issuer: string,
  now: number,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      typ: 'at+jwt',
      issuer,
      clockTolerance,
      currentDate: new Date(now),
    });
    return payload;
  } catch (cause) {
    throw new TokenError(sentence(cause), { cause });
  }
}

function sentence(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired: ask for a new one.';
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'The key that signed the token (kid) is not one of its issuer: ask for a new token.';
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return 'The signature does not match: the token was changed on its way, or forged.';
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return 'The token is from another issuer.';
    if (error.claim === 'nbf') return 'The token is not valid yet (nbf).';
  }
  return 'The token is not a JWT of this issuer: send the access token as it was issued.';
}

const notOurs = (cause?: unknown) =>
  new TokenError('The token is not a JWT: send the access token as it was issued.', { cause });
