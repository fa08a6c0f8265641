import { randomUUID } from 'node:crypto';
import { type Clock, toSeconds } from '@latchkey/shared/time.ts';
import { unavailable } from '../errors.ts';
import { signEs256 } from './es256.ts';
import type { SigningKeys } from './signing-keys.ts';

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
  groups?: readonly string[] | undefined;
  auth_time?: number | undefined;
  acr?: string | undefined;
  amr?: readonly string[] | undefined;
  /** The provider's issuer. `idp_sub` is its subject for the person. */
  idp?: string | undefined;
  idp_sub?: string | undefined;
  cnf?: { jkt: string } | undefined;
}

export interface Minter {
  /** Mints an access token (RFC 9068): ES256, `typ: at+jwt`. */
  accessToken(claims: TokenClaims): Promise<string>;
  /** Mints an ID token (OpenID Connect Core §2). */
  idToken(claims: Record<string, unknown> & { sub: string; aud: string; exp: number }): Promise<string>;
  /** Mints a JWT introspection response for one service (RFC 9701 §5). */
  introspection(claims: { aud: string; token_introspection: Record<string, unknown> }): Promise<string>;
}

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * Signs with `node:crypto` directly because on this path WebCrypto's thread hop costs more than the signature. All
 * parsing and validation uses jose.
 */
export function createMinter({ issuer, keys, now }: { issuer: string; keys: SigningKeys; now: Clock }): Minter {
  const jwt = async (typ: string, claims: object & { exp?: number }): Promise<string> => {
    const { kid, privateKey } = await keys.current();
    const iat = toSeconds(now());
    // Loading the key from the store may have been slow. Never issue a token that has already expired.
    if (claims.exp !== undefined && claims.exp <= iat) throw unavailable('this took too long: try again', 1_000);
    const input = `${encode({ alg: 'ES256', typ, kid })}.${encode({ iss: issuer, ...claims, iat, jti: randomUUID() })}`;
    return `${input}.${signEs256(input, privateKey)}`;
  };
  return {
    accessToken: (claims) => jwt('at+jwt', claims),
    idToken: (claims) => jwt('JWT', claims),
    introspection: (claims) => jwt('token-introspection+jwt', claims),
  };
}
