import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import type { Dialect } from './dialects.ts';

/** The claims of a verified access token, under the names of RFC 9068 §2.2, plus all other claims of the token. */
export interface Claims {
  iss: string;
  /** The user, or `svc:<name>` for a service. Stable, opaque, and unique per provider and account. */
  sub: string;
  aud: string | string[];
  client_id: string;
  /** NumericDate (seconds since the epoch), like all times here. */
  exp: number;
  iat: number;
  /** Always present in the broker's tokens; some providers omit it. */
  jti?: string;
  nbf?: number;
  /** The origin of the page that requested the token. Only in the broker's tokens. */
  azp?: string;
  /** Separated by spaces; `parseScope` splits it. */
  scope?: string;
  /** `upstream:group` in the broker's tokens; the provider's own names in others. */
  groups?: string[];
  /** In the broker's tokens, why some of the person's groups are missing: left out by its configuration, or too many to fit. */
  groups_omitted?: 'config' | 'size';
  auth_time?: number;
  acr?: string;
  amr?: string[];
  /** The identity provider, and the user's `sub` there. */
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
 * Maps a provider's claims to {@link Claims} and checks their types.
 *
 * @throws {Refused} `invalid_token` if the client id is missing or a claim has the wrong type
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
