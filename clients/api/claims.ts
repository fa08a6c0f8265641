import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import type { Dialect } from './dialects.ts';

/** What a verified access token says, under the names of RFC 9068 §2.2; whatever else it says stands beside them. */
export interface Claims {
  iss: string;
  /** The person, or `svc:<name>`: stable, opaque, one per provider and account. */
  sub: string;
  aud: string | string[];
  client_id: string;
  /** NumericDate, like all times here. */
  exp: number;
  iat: number;
  /** In every token that the broker mints; not in those of all providers. */
  jti?: string;
  nbf?: number;
  /** The origin of the page that asked; only in tokens that the broker minted. */
  azp?: string;
  /** Separated by spaces; `parseScope` splits it. */
  scope?: string;
  /** `upstream:group` in tokens that the broker minted; the provider's own names in others. */
  groups?: string[];
  auth_time?: number;
  acr?: string;
  amr?: string[];
  /** The provider, and who the person is there. */
  idp?: string;
  idp_sub?: string;
  /** The key that the token is bound to (RFC 9449 §6). */
  cnf?: { jkt: string };
  [claim: string]: unknown;
}

type Check = (value: unknown) => boolean;
const text: Check = (value) => typeof value === 'string';
const time: Check = (value) => Number.isFinite(value);
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const confirmation: Check = (value) => typeof value === 'object' && value !== null && 'jkt' in value && text(value.jkt);

const checks: Record<string, Check> = {
  iss: text,
  sub: text,
  aud: (value) => text(value) || texts(value),
  client_id: text,
  exp: time,
  iat: time,
  jti: text,
  nbf: time,
  azp: text,
  scope: text,
  groups: texts,
  auth_time: time,
  acr: text,
  amr: texts,
  idp: text,
  idp_sub: text,
  cnf: confirmation,
};

/**
 * Reads a provider's claims and checks their types.
 *
 * @throws {Refused} `invalid_token`: a claim is missing, or has another type than the RFCs give it
 */
export function toClaims(payload: Readonly<Record<string, unknown>>, dialect: Dialect): Claims {
  const claims: Record<string, unknown> = { ...payload, ...dialect.read(payload) };
  for (const [claim, check] of Object.entries(checks)) {
    const value = claims[claim];
    if (value === undefined) delete claims[claim];
    else if (!check(value)) {
      throw new Refused({
        code: 'invalid_token',
        reason: 'malformed',
        message: `The token's ${claim} has the wrong type: its issuer is at fault, so ask its operator.`,
      });
    }
  }
  if (claims.client_id === undefined) {
    throw new Refused({
      code: 'invalid_token',
      reason: 'missing_claim',
      message:
        'The token does not say which application it is for (client id): send the access token, not an ID token.',
    });
  }
  return claims as Claims;
}
