import { isFor, shown, wrongAudience } from '@latchkey/shared/resource-server/audience.ts';
import { Refused, type TokenFault } from '@latchkey/shared/resource-server/refused.ts';
import { hasDuplicateMembers } from '@latchkey/shared/strict-json.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import { base64url, errors, jwtVerify } from 'jose';
import { type Claims, toClaims } from './claims.ts';
import type { Algorithm, Dialect } from './dialects.ts';
import type { KeySet } from './key-set.ts';
import type { VerificationKey } from './load-keys.ts';

/** How far in the future `iat` may be, if the tolerance is smaller: clocks drift, and a future `iat` gains an attacker nothing. */
const issuedAheadSeconds = 60;

export interface TokenRules {
  issuer: string;
  audience: string | string[];
  /** Accepted client ids; `undefined` accepts all clients of the issuer. */
  clients: readonly string[] | undefined;
  dialect: Dialect;
  /** Accepted signature algorithms. */
  algorithms: readonly Algorithm[];
  /** Seconds. */
  clockTolerance: number;
  keys: KeySet;
  /** Milliseconds since the epoch. */
  now: number;
}

const refuse = (reason: TokenFault, message: string, cause?: unknown) =>
  new Refused({ code: 'invalid_token', reason, message }, { cause });

/**
 * Verifies an access token: header, signature, issuer, audience, client, times, and the types of its claims.
 *
 * @throws {Refused} `invalid_token` with a `reason`, or `temporarily_unavailable` if the keys can't be loaded
 * @see RFC 9068 §4
 * @see RFC 8725
 */
export async function verifyToken(token: string, rules: TokenRules): Promise<Claims> {
  const { dialect, issuer, audience, clockTolerance, now } = rules;
  if (token.length > dialect.maxLength) {
    throw refuse(
      'too_long',
      `The token is longer than ${dialect.maxLength} characters, which no access token here is.`,
    );
  }
  const key = await findKey(checkForm(token, rules), rules.keys);
  try {
    const { payload } = await jwtVerify(token, key.key, {
      algorithms: [key.algorithm],
      issuer,
      audience,
      requiredClaims: [...dialect.required],
      clockTolerance,
      currentDate: new Date(now),
    });
    const claims = toClaims(payload, dialect);
    requireAccessToken(claims, rules);
    return claims;
  } catch (error) {
    throw error instanceof Refused ? error : explain(error, rules);
  }
}

/**
 * Verifies a token as {@link verifyToken} does, with a key that is at hand, without waiting. It only says yes: of all
 * others, `verifyToken` says what is wrong.
 */
export function acceptToken(token: string, rules: TokenRules): { claims: Claims; key: VerificationKey } | undefined {
  if (token.length > rules.dialect.maxLength) return undefined;
  try {
    const { kid, algorithm, payload } = checkForm(token, rules);
    const key = rules.keys.peek(kid);
    if (!key?.check || key.algorithm !== algorithm || !isAcceptable(payload, rules)) return undefined;
    const end = token.lastIndexOf('.');
    if (!key.check(token.slice(0, end), token.slice(end + 1))) return undefined;
    const claims = toClaims(payload, rules.dialect);
    requireAccessToken(claims, rules);
    return { claims, key };
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

/** What `jwtVerify` checks of the claims. */
function isAcceptable(
  payload: Record<string, unknown>,
  { dialect, issuer, audience, clockTolerance, now }: TokenRules,
) {
  const { iss, aud, exp, nbf, iat } = payload;
  const time = toSeconds(now);
  return (
    dialect.required.every((claim) => Object.hasOwn(payload, claim)) &&
    iss === issuer &&
    (typeof aud === 'string' || Array.isArray(aud)) &&
    isFor(aud, audience) &&
    Number.isFinite(exp) &&
    (exp as number) > time - clockTolerance &&
    Number.isFinite(iat) &&
    (nbf === undefined || (Number.isFinite(nbf) && (nbf as number) <= time + clockTolerance))
  );
}

/** What a token says of itself, before anything of it is verified. */
interface Form {
  kid: string;
  algorithm: unknown;
  payload: Record<string, unknown>;
}

/** Checks everything that needs no key. */
function checkForm(token: string, { dialect, algorithms }: Pick<TokenRules, 'dialect' | 'algorithms'>): Form {
  const header = parsePart(token, 0);
  const payload = parsePart(token, 1);
  if (!algorithms.some((algorithm) => algorithm === header.alg)) {
    throw refuse(
      'wrong_algorithm',
      `The token is signed with ${shown(header.alg)}; only ${algorithms.join(' and ')} is accepted.`,
    );
  }
  if (!dialect.types.includes(shortType(header.typ))) {
    throw refuse(
      'wrong_type',
      `The token's typ is ${shown(header.typ)}, not ${dialect.types.filter(Boolean).join(' or ')}: send the access token, not an ID token or another JWT.`,
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
  return { kid: header.kid, algorithm: header.alg, payload };
}

/** Normalizes `typ`: lower case, without `application/` (RFC 7515 §4.1.9); `''` if absent. */
function shortType(typ: unknown): string {
  if (typ === undefined) return '';
  return typeof typ === 'string' && typ !== '' ? typ.toLowerCase().replace(/^application\//, '') : 'unreadable';
}

function requireAccessToken(claims: Claims, { dialect, clients, clockTolerance, now }: TokenRules): void {
  if (dialect.isAccessToken?.(claims) === false) {
    throw refuse('wrong_type', 'The token is another one of the provider: send the access token, not the ID token.');
  }
  const ahead = Math.round(claims.iat - now / 1_000);
  if (ahead > Math.max(clockTolerance, issuedAheadSeconds)) {
    throw refuse('not_yet_valid', `The token was issued ${ahead} s in the future (iat): compare the clocks.`);
  }
  if (clients && !clients.includes(claims.client_id)) {
    throw refuse(
      'wrong_client',
      `The token was issued to the application ${shown(claims.client_id)}, which may not call this API: add it to the verifier's clients if it should.`,
    );
  }
}

const malformed = (cause?: unknown) =>
  refuse('malformed', 'The token is not a JWT. Send the access token as it was issued, after "Bearer ".', cause);

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parsePart(token: string, index: 0 | 1): Record<string, unknown> {
  const parts = token.split('.');
  let json: string;
  let value: unknown;
  try {
    json = utf8.decode(base64url.decode(parts[index] ?? ''));
    value = JSON.parse(json);
  } catch (cause) {
    throw malformed(cause);
  }
  if (parts.length !== 3 || typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  if (hasDuplicateMembers(json)) throw refuse('malformed', 'The token names a header parameter or claim twice.');
  return value as Record<string, unknown>;
}

async function findKey({ kid, algorithm }: Pick<Form, 'kid' | 'algorithm'>, keys: KeySet) {
  const key = await keys.get(kid).catch((cause: unknown) => {
    throw new Refused(
      {
        code: 'temporarily_unavailable',
        message: 'The keys of the token issuer cannot be loaded at the moment. Try again shortly.',
      },
      { cause },
    );
  });
  if (key) {
    if (key.algorithm === algorithm) return key;
    throw refuse('wrong_algorithm', `The key that signed the token (kid) is for ${key.algorithm}.`);
  }
  throw refuse('unknown_key', 'The key that signed the token (kid) is not one of its issuer: ask for a new token.');
}

function explain(error: unknown, { issuer, audience, now }: TokenRules): Refused {
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
    if (claim === 'aud') return wrongAudience(payload.aud, audience, error);
    if (claim === 'nbf' && error.reason === 'check_failed') {
      const ahead = Math.round(Number(payload.nbf) - now / 1_000);
      return refuse('not_yet_valid', `The token is not valid for another ${ahead} s (nbf): compare the clocks.`, error);
    }
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refuse('bad_signature', 'The signature does not match: the token was changed on its way, or forged.', error);
  }
  return malformed(error);
}
