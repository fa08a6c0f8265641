import { parseScope } from '@latchkey/shared/scope.ts';
import { ApiError } from './api-error.ts';
import type { Claims } from './claims.ts';

/** What a route asks of a token. What is left out is not asked. */
export interface Requirements {
  /** All of them. */
  scopes?: readonly string[] | undefined;
  /** One of them, as `upstream:group`. */
  groups?: readonly string[] | undefined;
  /** One of them: how the person has to have signed in. */
  acr?: string | readonly string[] | undefined;
  /** How long ago the person may have signed in, in seconds. */
  maxAge?: number | undefined;
  /** The URL as the client called it, where a proxy has rewritten that of the request. For DPoP only. */
  url?: string | undefined;
}

/**
 * Holds verified claims against what a route asks.
 *
 * @param now NumericDate
 * @param clockTolerance seconds
 * @throws {ApiError} `insufficient_user_authentication`, `insufficient_scope` or `insufficient_group`
 * @see RFC 6750 §3.1, RFC 9470 §3
 */
export function requireClaims(
  claims: Claims,
  { scopes = [], groups = [], acr, maxAge }: Requirements,
  { now, clockTolerance }: { now: number; clockTolerance: number },
): void {
  requireScopes(claims, scopes);
  requireGroup(claims, groups);
  requireSignIn(claims, { acr: typeof acr === 'string' ? [acr] : (acr ?? []), maxAge }, now - clockTolerance);
}

function requireScopes({ scope }: Claims, scopes: readonly string[]): void {
  const granted = parseScope(scope);
  const missing = scopes.filter((name) => !granted.includes(name));
  if (missing.length === 0) return;
  throw new ApiError({
    code: 'insufficient_scope',
    params: { scope: scopes.join(' ') },
    message: `The token lacks ${missing.join(' ')}: ask for a token with this scope.`,
  });
}

function requireGroup({ groups = [], _claim_names, hasgroups }: Claims, oneOf: readonly string[]): void {
  if (oneOf.length === 0 || oneOf.some((name) => groups.includes(name))) return;
  // Entra leaves the groups out of a token where they are too many, and names a place to ask instead.
  const elsewhere =
    hasgroups === true || (typeof _claim_names === 'object' && _claim_names && 'groups' in _claim_names);
  throw new ApiError({
    code: 'insufficient_group',
    message: elsewhere
      ? `This needs a member of ${oneOf.join(' or ')}, and the person has more groups than fit into a token: let the provider emit only those assigned to the application.`
      : `This needs a member of ${oneOf.join(' or ')}: no other token will help, only the administrator.`,
  });
}

function requireSignIn(
  { acr, auth_time: signedInAt }: Claims,
  wanted: { acr: readonly string[]; maxAge: number | undefined },
  now: number,
): void {
  const weak = wanted.acr.length > 0 && !(acr !== undefined && wanted.acr.includes(acr));
  const old = wanted.maxAge !== undefined && !(signedInAt !== undefined && now - signedInAt <= wanted.maxAge);
  if (!weak && !old) return;
  const faults = [
    ...(weak ? [`by ${wanted.acr.join(' or ')} (acr), and the token says ${acr ?? 'nothing of it'}`] : []),
    ...(old ? [`at most ${wanted.maxAge} s ago, and it was ${ago(signedInAt, now)}`] : []),
  ];
  throw new ApiError({
    code: 'insufficient_user_authentication',
    params: {
      ...(wanted.acr.length > 0 ? { acr_values: wanted.acr.join(' ') } : {}),
      ...(wanted.maxAge === undefined ? {} : { max_age: String(wanted.maxAge) }),
    },
    message: `This needs a sign-in ${faults.join('; and ')}: sign in again with what the challenge asks for.`,
  });
}

const ago = (signedInAt: number | undefined, now: number): string =>
  signedInAt === undefined
    ? 'at a time that the token does not tell (auth_time)'
    : `${Math.round(now - signedInAt)} s ago`;
