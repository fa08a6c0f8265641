import { ApiError } from './api-error.ts';

/** What a verified access token says: its payload as it is on the wire (RFC 9068 §2.2). */
export interface Claims {
  iss: string;
  /** The person, or `svc:<name>`: stable, opaque, one per provider and account. */
  sub: string;
  aud: string | string[];
  client_id: string;
  /** NumericDate, like all times here. */
  exp: number;
  iat: number;
  jti: string;
  nbf?: number;
  /** The origin of the page that asked. */
  azp?: string;
  /** Separated by spaces; `parseScope` splits it. */
  scope?: string;
  /** `upstream:group`. */
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
const time: Check = (value) => typeof value === 'number';
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const confirmation: Check = (value) => typeof value === 'object' && value !== null && 'jkt' in value && text(value.jkt);

const required: Record<string, Check> = {
  iss: text,
  sub: text,
  aud: (value) => text(value) || texts(value),
  client_id: text,
  exp: time,
  iat: time,
  jti: text,
};
const optional: Record<string, Check> = {
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

export const requiredClaims = Object.keys(required);

/** @throws {ApiError} `invalid_token`, `malformed`: a claim has another type than the RFCs give it */
export function toClaims(payload: Record<string, unknown>): Claims {
  for (const [claim, check] of Object.entries({ ...required, ...optional })) {
    const value = payload[claim];
    if ((value === undefined && claim in optional) || check(value)) continue;
    throw new ApiError({
      code: 'invalid_token',
      reason: 'malformed',
      message: `The token's ${claim} has the wrong type: its issuer is at fault, so ask its operator.`,
    });
  }
  return payload as Claims;
}
