import { toSeconds } from '@latchkey/shared/time.ts';
import type { Config, OriginConfig, ResourceConfig } from '../config/types.ts';

/** What is known about the person and their last sign-in. */
export interface PolicyClaims {
  groups: readonly string[];
  /** Whether the provider left the groups out because there are too many. */
  groups_overage?: boolean | undefined;
  acr?: string | undefined;
  /** NumericDate. */
  auth_time?: number | undefined;
}

export interface PolicyQuestion {
  origin: string;
  resource: string;
  scopes: readonly string[];
  claims: PolicyClaims;
  /** What the person has consented to for this origin and resource. Absent if they were never asked. */
  consented: readonly string[] | undefined;
  /** The person chose "never" for this origin. Ignored if the administrator has consented for everyone. */
  refused?: boolean | undefined;
  /** Epoch milliseconds. */
  now: number;
}

/** The checks, in order. The first one that fails decides. */
export const policyChecks = ['origin', 'resource', 'scopes', 'groups', 'refusal', 'sign_in', 'consent'] as const;
export type PolicyCheck = (typeof policyChecks)[number];

interface Refusal {
  allowed: false;
  /** The check that failed. */
  check: PolicyCheck;
  why: string;
}

export type PolicyAnswer =
  | { allowed: true; origin: OriginConfig; resource: ResourceConfig }
  | (Refusal & { error: 'access_denied' | 'invalid_target' | 'invalid_scope' | 'consent_refused' })
  | (Refusal & {
      error: 'insufficient_user_authentication';
      acrValues: readonly string[];
      maxAge: number | undefined;
    })
  | (Refusal & { error: 'consent_required'; missing: readonly string[] });

/**
 * Decides whether a page of `origin` may have a token for `resource` with `scopes`, for this person, now. Pure:
 * it depends only on its arguments.
 */
export function decide(config: Pick<Config, 'origins' | 'resources'>, question: PolicyQuestion): PolicyAnswer {
  const { claims, scopes, consented, now } = question;
  const origin = config.origins.get(question.origin);
  if (!origin)
    return { allowed: false, check: 'origin', error: 'access_denied', why: 'this origin is not in the configuration' };
  const allowed = origin.allow.get(question.resource);
  const resource = config.resources.get(question.resource);
  if (!allowed || !resource)
    return {
      allowed: false,
      check: 'resource',
      error: 'invalid_target',
      why: 'this origin is not allowed to request that resource',
    };
  if (scopes.length === 0)
    return { allowed: false, check: 'scopes', error: 'invalid_scope', why: 'name at least one scope' };
  if (!scopes.every((scope) => allowed.includes(scope))) {
    const why = `this origin can request: ${allowed.join(' ')}`;
    return { allowed: false, check: 'scopes', error: 'invalid_scope', why };
  }
  if (!inGroups(origin.groups, claims))
    return {
      allowed: false,
      check: 'groups',
      error: 'access_denied',
      why: claims.groups_overage
        ? 'the user is in too many groups for the identity provider to list; limit the groups claim there'
        : 'the user is not in a group that can use this site',
    };
  // Checked before the sign-in, so that such a site can't cause a prompt of any kind.
  if (question.refused && origin.consent !== 'granted') {
    const why = 'the user blocked this site; they can unblock it from the toolbar icon or at /account';
    return { allowed: false, check: 'refusal', error: 'consent_refused', why };
  }
  const stepUp = stepUpOf(origin, claims, now);
  if (stepUp) return stepUp;
  const missing = origin.consent === 'granted' ? [] : scopes.filter((scope) => !consented?.includes(scope));
  if (missing.length > 0) {
    const why = 'the user has not consented to all of these scopes';
    return { allowed: false, check: 'consent', error: 'consent_required', why, missing };
  }
  return { allowed: true, origin, resource };
}

/** Whether the person is in one of the groups. An empty list means everyone. */
export function inGroups(groups: readonly string[], { groups: own }: Pick<PolicyClaims, 'groups'>): boolean {
  return groups.length === 0 || groups.some((group) => own.includes(group));
}

/** What is wrong with how or when the person signed in, if anything (RFC 9470). */
export function stepUpOf(
  { acrValues, maxAgeMs }: Pick<OriginConfig, 'acrValues' | 'maxAgeMs'>,
  claims: Pick<PolicyClaims, 'acr' | 'auth_time'>,
  now: number,
): Exclude<PolicyAnswer, { allowed: true }> | undefined {
  const acrHolds = acrValues.length === 0 || (claims.acr !== undefined && acrValues.includes(claims.acr));
  const ageHolds =
    maxAgeMs === undefined || (claims.auth_time !== undefined && now - claims.auth_time * 1_000 <= maxAgeMs);
  if (acrHolds && ageHolds) return undefined;
  return {
    allowed: false,
    check: 'sign_in',
    error: 'insufficient_user_authentication',
    why: acrHolds ? 'this site requires a more recent sign-in' : 'this site requires a stronger sign-in',
    acrValues,
    maxAge: maxAgeMs === undefined ? undefined : toSeconds(maxAgeMs),
  };
}
