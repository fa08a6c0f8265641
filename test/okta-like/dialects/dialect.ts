import type { Grant, OktaUser } from '../model.ts';

/** What a person who has signed in granted, and the authorization request that asked for it. */
export interface DialectGrant extends Grant {
  asked: URLSearchParams;
}

/** Signs a token by the provider's key. `iat` is now, and `exp` in an hour, unless the claims say otherwise. */
export type Sign = (claims: Record<string, unknown>, header?: Record<string, unknown>) => Promise<string>;

export interface RefreshTokens {
  begin(grant: DialectGrant): string;
  /** @returns the grant, and the token that the answer has, if it has one; `undefined` where the token is good no more */
  use(token: string): { grant: DialectGrant; next: string | undefined } | undefined;
}

/** How one provider differs from others. URLs are absolute: large providers spread their endpoints over several hosts. */
export interface Dialect {
  /** What its metadata and its tokens name. */
  issuer: string;
  /** Each address of metadata, with the issuer that is named there. */
  metadata: Readonly<Record<string, string>>;
  endpoints: { authorization: string; token: string; userInfo: string; keys: string; revocation?: string };
  /** Why the provider shows an error page, if it does so for this request. */
  refusesRequest?(asked: URLSearchParams): string | undefined;
  /** The error with which the person is sent back to the application. */
  refusesPerson?(user: OktaUser): Record<string, string> | undefined;
  /** Whether a refresh token comes with this sign-in. */
  isOffline(asked: URLSearchParams): boolean;
  refreshTokens: RefreshTokens;
  idToken(grant: DialectGrant): Record<string, unknown>;
  userInfo(user: OktaUser): Record<string, unknown>;
  accessToken(grant: DialectGrant, sign: Sign): string | Promise<string>;
  /** The errors of the token endpoint. */
  errors: Record<'client' | 'grant', () => Response>;
}
