import { base64url, errors, jwtVerify } from 'jose';
import { hasDuplicateMembers } from '#shared/strict-json.ts';
import { ApiError, type TokenFault } from './api-error.ts';
import { type Claims, requiredClaims, toClaims } from './claims.ts';
import type { KeySet } from './key-set.ts';

/** Longer is refused before it is looked at. */
const maxLength = 8_192;

export interface TokenRules {
  issuer: string;
  audience: string | string[];
  /** Seconds. */
  clockTolerance: number;
  keys: KeySet;
  /** Milliseconds since the epoch. */
  now: number;
}

const refuse = (reason: TokenFault, message: string, cause?: unknown) =>
  new ApiError({ code: 'invalid_token', reason, message }, { cause });

/** A claim's value for a message: short, and in quotes. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
};

/**
 * Verifies an access token: header, signature, issuer, audience, times, and the types of its claims.
 *
 * @throws {ApiError} `invalid_token` with a `reason`, or `temporarily_unavailable` while there are no keys
 * @see RFC 9068 §4, RFC 8725
 */
export async function verifyToken(token: string, rules: TokenRules): Promise<Claims> {
  if (token.length > maxLength) {
    throw refuse('too_long', `The token is longer than ${maxLength} characters, which no access token here is.`);
  }
  const kid = checkForm(token);
  const key = await findKey(kid, rules.keys);
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['ES256'],
      typ: 'at+jwt',
      issuer: rules.issuer,
      audience: rules.audience,
      requiredClaims,
      clockTolerance: rules.clockTolerance,
      currentDate: new Date(rules.now),
    });
    return toClaims(payload);
  } catch (error) {
    throw error instanceof ApiError ? error : explain(error, rules);
  }
}

/** Everything that can be refused without a key. @returns the `kid` */
function checkForm(token: string): string {
  const header = parsePart(token, 0);
  parsePart(token, 1);
  if (header.alg !== 'ES256') {
    throw refuse('wrong_algorithm', `The token is signed with ${shown(header.alg)}; only ES256 is accepted.`);
  }
  if (typeof header.typ !== 'string' || !/^(?:application\/)?at\+jwt$/i.test(header.typ)) {
    throw refuse(
      'wrong_type',
      `The token's typ is ${shown(header.typ)}, not at+jwt: send the access token, not an ID token or another JWT.`,
    );
  }
  const carried = ['jwk', 'jku', 'x5c', 'x5u'].find((name) => name in header);
  if (carried !== undefined) {
    throw refuse('key_in_token', `The token brings its own key (${carried}); keys come from the issuer alone.`);
  }
  if ('crit' in header)
    throw refuse('malformed', 'The token has critical header parameters (crit), and none is known.');
  if (typeof header.kid !== 'string') {
    throw refuse('unknown_key', 'The token does not name the key that signed it (kid).');
  }
  return header.kid;
}

const malformed = (cause?: unknown) =>
  refuse('malformed', 'The token is not a JWT. Send the access token as it was issued, after "Bearer ".', cause);

function parsePart(token: string, index: 0 | 1): Record<string, unknown> {
  const parts = token.split('.');
  let json: string;
  let value: unknown;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(base64url.decode(parts[index] ?? ''));
    value = JSON.parse(json);
  } catch (cause) {
    throw malformed(cause);
  }
  if (parts.length !== 3 || typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  if (hasDuplicateMembers(json)) throw refuse('malformed', 'The token names a header parameter or claim twice.');
  return value as Record<string, unknown>;
}

async function findKey(kid: string, keys: KeySet) {
  const key = await keys.get(kid).catch((cause: unknown) => {
    throw new ApiError(
      {
        code: 'temporarily_unavailable',
        message: 'The keys of the token issuer cannot be loaded at the moment. Try again shortly.',
      },
      { cause },
    );
  });
  if (key) return key;
  throw refuse('unknown_key', 'The key that signed the token (kid) is not one of its issuer: ask for a new token.');
}

function explain(error: unknown, { issuer, audience, now }: TokenRules): ApiError {
  if (error instanceof errors.JWTExpired) {
    const ago = Math.round(now / 1_000 - Number(error.payload.exp));
    return refuse(
      'expired',
      `The token expired ${ago} s ago: ask for a new one. If it is new, compare the clocks.`,
      error,
    );
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, payload } = error;
    if (error.reason === 'missing') return refuse('missing_claim', `The token has no ${claim}.`, error);
    if (claim === 'iss') {
      return refuse('wrong_issuer', `The token is from ${shown(payload.iss)}, not from ${shown(issuer)}.`, error);
    }
    if (claim === 'aud') {
      return refuse(
        'wrong_audience',
        `The token is for ${shown(payload.aud)}, this API is ${shown(audience)}: ask for a token with this resource.`,
        error,
      );
    }
    if (claim === 'nbf' && error.reason === 'check_failed') {
      return refuse('not_yet_valid', 'The token is not valid yet (nbf): compare the clocks.', error);
    }
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refuse('bad_signature', 'The signature does not match: the token was changed on its way, or forged.', error);
  }
  return malformed(error);
}
