/** The claims that a resource server checks, under the names of RFC 9068 §2.2. */
export interface JudgedClaims {
  aud: string | string[];
  /** Separated by spaces. */
  scope?: string | undefined;
  groups?: string[] | undefined;
  /** NumericDate. */
  auth_time?: number | undefined;
  acr?: string | undefined;
  /** The key that the token is bound to (RFC 9449 §6). */
  cnf?: { jkt: string } | undefined;
  [claim: string]: unknown;
}
