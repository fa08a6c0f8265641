import { randomUUID } from 'node:crypto';
import { longestIssuedToken } from '@latchkey/shared/resource-server/token-length.ts';
import { type Clock, toSeconds } from '@latchkey/shared/time.ts';
import type { SigningAlgorithm } from '../config/types.ts';
import { OAuthError, unavailable } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { sign, signatureLength } from './sign.ts';
import type { SigningKeys } from './signing-keys.ts';
import { fitGroups, type GroupsOmitted } from './token-groups.ts';

/** Claims set by the caller. The minter adds `iss`, `iat`, and `jti`. */
export interface TokenClaims {
  sub: string;
  aud: string | string[];
  client_id: string;
  scope: string;
  /** NumericDate. */
  exp: number;
  /** Origin of the page, for tokens of a browser session. */
  azp?: string | undefined;
  /** Id of the broker's browser or device session behind the token. Never a secret. */
  sid?: string | undefined;
  /** Those that matter most first: groups at the end are left out if the token gets too long. */
  groups?: string[] | undefined;
  groups_omitted?: GroupsOmitted | undefined;
  auth_time?: number | undefined;
  acr?: string | undefined;
  amr?: readonly string[] | undefined;
  /** The provider's issuer. `idp_sub` is its subject for the person. */
  idp?: string | undefined;
  idp_sub?: string | undefined;
  cnf?: { jkt: string } | undefined;
}

export interface Minter {
  /**
   * Mints an access token (RFC 9068): `typ: at+jwt`, no longer than what every verifier and gateway accepts.
   *
   * @param alg default ES256
   * @param keysStamp as in {@link SigningKeys}
   * @throws {OAuthError} `invalid_scope` if it would be too long even without groups
   */
  accessToken(claims: TokenClaims, alg?: SigningAlgorithm, keysStamp?: string): Promise<string>;
  /**
   * Mints an ID token (OpenID Connect Core §2).
   *
   * @param alg default RS256
   */
  idToken(
    claims: Record<string, unknown> & { sub: string; aud: string; exp: number },
    alg?: SigningAlgorithm,
  ): Promise<string>;
  /** Mints a JWT introspection response for one service (RFC 9701 §5): ES256. */
  introspection(claims: { aud: string; token_introspection: Record<string, unknown> }): Promise<string>;
}

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * Signs with `node:crypto` directly because on this path WebCrypto's thread hop costs more than the signature. All
 * parsing and validation uses jose.
 */
export function createMinter({
  issuer,
  keys,
  metrics,
  now,
}: {
  issuer: string;
  keys: SigningKeys;
  metrics: Pick<Metrics, 'groupsDidNotFit'>;
  now: Clock;
}): Minter {
  const jwt = async <Claims extends object & { exp?: number }>(
    { typ, alg, keysStamp }: { typ: string; alg: SigningAlgorithm; keysStamp?: string | undefined },
    claims: Claims,
    fit: (claims: Claims, maxBytes: number) => Claims = (all) => all,
  ): Promise<string> => {
    // Read together with the caller's `exp`: a clock that steps back while the key is read must not lengthen the token's life.
    const iat = toSeconds(now());
    const { kid, privateKey } = await keys.current(alg, keysStamp);
    // Loading the key from the store may have been slow. Never issue a token that has already expired.
    if (claims.exp !== undefined && claims.exp <= toSeconds(now()))
      throw unavailable('this took too long: try again', 1_000);
    const header = encode({ alg, typ, kid });
    const maxBytes = Math.floor(((longestIssuedToken - header.length - signatureLength[alg] - 2) * 3) / 4);
    const input = `${header}.${encode(fit({ iss: issuer, ...claims, iat, jti: randomUUID() }, maxBytes))}`;
    return `${input}.${sign(alg, input, privateKey)}`;
  };

  const fitAccessToken = (claims: TokenClaims, maxBytes: number): TokenClaims => {
    const fitting = fitGroups(claims, maxBytes);
    if (!fitting) {
      throw new OAuthError(
        'invalid_scope',
        `the access token would be longer than ${longestIssuedToken} characters; request fewer scopes`,
        { status: 400 },
      );
    }
    if (fitting !== claims) metrics.groupsDidNotFit();
    return fitting;
  };

  return {
    accessToken: ({ auth_time, ...claims }, alg = 'ES256', keysStamp) =>
      // Providers may send fractions (RFC 7519 §2), which few verifiers accept.
      jwt(
        { typ: 'at+jwt', alg, keysStamp },
        { ...claims, auth_time: auth_time === undefined ? undefined : Math.floor(auth_time) },
        fitAccessToken,
      ),
    idToken: (claims, alg = 'RS256') => jwt({ typ: 'JWT', alg }, claims),
    introspection: (claims) => jwt({ typ: 'token-introspection+jwt', alg: 'ES256' }, claims),
  };
}
