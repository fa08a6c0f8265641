import { parseScope } from '../scope.ts';
import { toSeconds } from '../time.ts';
import type { JudgedClaims } from './claims.ts';
import { Refused } from './refused.ts';

/** What a route requires of a token. Omitted properties are not checked. */
export interface Requirements {
  /** Scopes; the token must have all of them. */
  scopes?: readonly string[] | undefined;
  /** Groups as `upstream:group`; the user must be in one of them. */
  groups?: readonly string[] | undefined;
  /** Authentication context classes; the user must have signed in with one of them. */
  acr?: string | readonly string[] | undefined;
  /** Maximum time since the user signed in, in seconds. No clock tolerance is added. */
  maxAge?: number | undefined;
}

/**
 * Checks verified claims against a route's requirements.
 *
 * @param now epoch milliseconds
 * @throws {Refused} `insufficient_scope`, `insufficient_group` or `insufficient_user_authentication`
 * @see RFC 6750 §3.1
 * @see RFC 9470 §3
 */
export function requireClaims(
  claims: JudgedClaims,
  { scopes = [], groups = [], acr, maxAge }: Requirements,
  now: number,
): void {
  requireScopes(claims, scopes);
  requireGroup(claims, groups);
  requireSignIn(claims, { acr: typeof acr === 'string' ? [acr] : (acr ?? []), maxAge }, toSeconds(now));
}

/** @throws {Refused} `insufficient_scope` */
export function requireScopes({ scope }: Pick<JudgedClaims, 'scope'>, scopes: readonly string[]): void {
  if (scopes.length === 0) return;
  const granted = parseScope(scope);
  const missing = scopes.filter((name) => !granted.includes(name));
  if (missing.length === 0) return;
  throw new Refused({
    code: 'insufficient_scope',
    params: { scope: scopes.join(' ') },
    message: `The token lacks ${missing.join(' ')}: ask for a token with this scope.`,
  });
}

/** Doesn't name the groups: users outside them don't need to know them. */
function requireGroup(
  { groups = [], groups_omitted, _claim_names, hasgroups }: JudgedClaims,
  oneOf: readonly string[],
): void {
  if (oneOf.length === 0 || oneOf.some((name) => groups.includes(name))) return;
  // If a user has too many groups, Entra omits them from the token and gives a URL instead.
  const elsewhere =
    hasgroups === true || (typeof _claim_names === 'object' && _claim_names !== null && 'groups' in _claim_names);
  // The broker says why a token of its own lacks groups of the person.
  const omitted = typeof groups_omitted === 'string' ? omittedSentences.get(groups_omitted) : undefined;
  throw new Refused({
    code: 'insufficient_group',
    message:
      omitted ??
      (elsewhere
        ? 'Only members of certain groups may do this, and the person has more groups than fit into a token: let the provider emit only those assigned to the application.'
        : 'Only members of certain groups may do this. No other token will help: ask your administrator.'),
  });
}

const omittedSentences: ReadonlyMap<string, string> = new Map([
  [
    'config',
    "Only members of certain groups may do this. Ask your administrator. Tokens for this API carry only the groups that its entry under resources in the broker's configuration lists (groups) or that the rules of its sites and clients name.",
  ],
  [
    'size',
    "Only members of certain groups may do this, and the person has more groups than fit into a token. Ask your administrator to list the groups of this API under resources in the broker's configuration (groups).",
  ],
]);

function requireSignIn(
  { acr, auth_time: signedInAt }: JudgedClaims,
  wanted: { acr: readonly string[]; maxAge: number | undefined },
  now: number,
): void {
  const weak = wanted.acr.length > 0 && !(acr !== undefined && wanted.acr.includes(acr));
  const old = wanted.maxAge !== undefined && !(signedInAt !== undefined && now - signedInAt <= wanted.maxAge);
  if (!weak && !old) return;
  const faults = [
    ...(weak ? [`with acr ${wanted.acr.join(' or ')}, and the token has ${acr ?? 'none'}`] : []),
    ...(old ? [`at most ${wanted.maxAge} s ago, and it was ${ago(signedInAt, now)}`] : []),
  ];
  throw new Refused({
    code: 'insufficient_user_authentication',
    params: {
      ...(wanted.acr.length > 0 ? { acr_values: wanted.acr.join(' ') } : {}),
      ...(wanted.maxAge === undefined ? {} : { max_age: String(wanted.maxAge) }),
    },
    message: `This requires a sign-in ${faults.join('; and ')}. Sign in again as the challenge requires.`,
  });
}

const ago = (signedInAt: number | undefined, now: number): string =>
  signedInAt === undefined ? 'at an unknown time (the token has no auth_time)' : `${now - signedInAt} s ago`;
