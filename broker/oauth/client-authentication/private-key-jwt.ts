import { decodeJwt, errors, importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { Deps } from '../../deps.ts';
import { sha256 } from '../../keys/hash.ts';

/** Asymmetric algorithms only. Shared secrets go through `client-secret.ts`. */
export const assertionAlgorithms = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'];
/**
 * The longest lifetime of an assertion, in seconds: what widely used libraries choose. Used assertions are remembered for
 * this long.
 */
const longestSeconds = 3_600;
const clockTolerance = 30;
const maxLength = 8_192;

/** Why a client assertion was rejected, in a sentence for the operator of the service. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Returns the subject that an assertion claims. It is unverified, so use it only for the lookup. */
export function assertionSubject(assertion: string): string | undefined {
  try {
    return assertion.length <= maxLength ? decodeJwt(assertion).sub : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Verifies a `private_key_jwt` assertion: signed by one of the service's keys, issued for this broker only,
 * short-lived and used once.
 *
 * @throws {AssertionError}
 * @see RFC 7523 §3
 */
export async function checkAssertion(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  assertion: string,
  { clientId, keys, audiences }: { clientId: string; keys: readonly JWK[]; audiences: readonly string[] },
): Promise<void> {
  const { aud, exp = 0, jti } = await verify(assertion, { clientId, keys, now: now() });
  const named = [aud].flat();
  // Exactly one audience is allowed. If two servers accept the same assertion, one can replay it at the other.
  if (named.length !== 1 || !audiences.includes(named[0] ?? '')) {
    throw refused(`aud must be ${audiences[0]} and nothing else`);
  }
  if (exp > now() / 1_000 + longestSeconds + clockTolerance)
    throw refused(`exp must be at most ${longestSeconds} seconds from now`);
  if (typeof jti !== 'string' || jti.length > 256) throw refused('jti must be a string of at most 256 characters');
  // Rounded up: jose compares whole seconds, so a fraction of `exp` counts as the next second.
  const endsAt = (Math.ceil(exp) + clockTolerance) * 1_000;
  if (!(await store.rememberOnce(`assertion:${sha256(`${clientId}\0${jti}`)}`, endsAt, now()))) {
    throw refused('it was already used (jti); create a new one for each request');
  }
}

async function verify(
  assertion: string,
  { clientId, keys, now }: { clientId: string; keys: readonly JWK[]; now: number },
): Promise<JWTPayload> {
  let cause: unknown;
  for (const jwk of keys) {
    try {
      const { payload } = await jwtVerify(assertion, await importJWK(jwk, jwk.alg ?? defaultAlgorithm(jwk)), {
        algorithms: assertionAlgorithms,
        issuer: clientId,
        subject: clientId,
        requiredClaims: ['aud', 'exp', 'jti'],
        clockTolerance,
        currentDate: new Date(now),
      });
      return payload;
    } catch (error) {
      cause = error;
      // The signature is valid, so no other key can give a better result.
      if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) break;
    }
  }
  throw refused(sentence(cause), cause);
}

function sentence(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired; create a new one for each request';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `${/^\w+$/.test(error.claim) ? error.claim : 'a claim'} is missing or wrong; iss and sub must be the client_id`;
  }
  return `no key of this client verifies its signature; sign it with one of ${assertionAlgorithms.join(', ')}`;
}

/** For keys that do not name their algorithm. jose then chooses among `algorithms` by what the key supports. */
const defaultAlgorithm = ({ kty, crv }: JWK): string =>
  kty === 'RSA' ? 'RS256' : kty === 'OKP' ? 'EdDSA' : crv === 'P-384' ? 'ES384' : 'ES256';

const refused = (why: string, cause?: unknown) => new AssertionError(`client assertion rejected: ${why}`, { cause });
