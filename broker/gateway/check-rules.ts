import { parseScope } from '@latchkey/shared/scope.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import type { AccessClaims } from '../tokens/token-verifier.ts';
import type { RouteRules } from './rules.ts';

export interface Refusal {
  code: 'invalid_token' | 'insufficient_scope' | 'insufficient_group' | 'insufficient_user_authentication';
  /** A sentence with cause and cure. */
  why: string;
  /** Further parameters of the challenge: `scope` (RFC 6750 §3), `acr_values` and `max_age` (RFC 9470 §3). */
  params: Readonly<Record<string, string>>;
}

/**
 * Whether a verified token opens a route. Pure.
 *
 * @param now epoch milliseconds
 * @returns why not, or `undefined`
 */
export function judge(rules: RouteRules, claims: AccessClaims, now: number): Refusal | undefined {
  if (![claims.aud].flat().includes(rules.resource)) {
    return refusal('invalid_token', `the token is for another API: ask for one with the resource ${rules.resource}`);
  }
  const granted = parseScope(claims.scope);
  const missing = rules.scopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    return refusal('insufficient_scope', `the token lacks ${missing.join(' ')}: ask for one with this scope`, {
      scope: rules.scopes.join(' '),
    });
  }
  if (rules.groups.length > 0 && !rules.groups.some((group) => claims.groups?.includes(group))) {
    return refusal('insufficient_group', 'only members of certain groups may do this: ask your administrator');
  }
  return stepUp(rules, claims, now);
}

/** @see RFC 9470 §3 */
function stepUp({ acrValues, maxAge }: RouteRules, claims: AccessClaims, now: number): Refusal | undefined {
  const strong = acrValues.length === 0 || (claims.acr !== undefined && acrValues.includes(claims.acr));
  const recent =
    maxAge === undefined || (claims.auth_time !== undefined && toSeconds(now) - claims.auth_time <= maxAge);
  if (strong && recent) return undefined;
  return refusal(
    'insufficient_user_authentication',
    strong ? 'the sign-in is too long ago for this' : 'this needs a stronger sign-in',
    {
      ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
      ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
    },
  );
}

const refusal = (code: Refusal['code'], why: string, params: Refusal['params'] = {}): Refusal => ({
  code,
  why,
  params,
});
