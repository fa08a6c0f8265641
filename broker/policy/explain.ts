import type { Config, OriginConfig } from '../config/types.ts';
import { fitGroups, type TokenGroups, tokenGroups } from '../tokens/token-groups.ts';
import { decide, type PolicyAnswer, type PolicyCheck, type PolicyQuestion, policyChecks } from './decide.ts';

export interface ExplainedCheck {
  check: PolicyCheck;
  outcome: 'holds' | 'fails' | 'not_reached';
  /** What the configuration requires. */
  rule: string;
  /** The actual value. */
  given: string;
}

export interface Explanation {
  answer: PolicyAnswer;
  checks: ExplainedCheck[];
  /** The groups that the token carries or would carry; absent if the resource is unknown. */
  groups: TokenGroups | undefined;
}

/** Returns the decision of {@link decide}, and for each check the required value, the actual value and the outcome. Pure. */
export function explain(config: Pick<Config, 'origins' | 'resources'>, question: PolicyQuestion): Explanation {
  const answer = decide(config, question);
  const failedAt = answer.allowed ? policyChecks.length : policyChecks.indexOf(answer.check);
  const site = config.origins.get(question.origin);
  const checks = policyChecks.map(
    (check, index): ExplainedCheck => ({
      check,
      outcome: index < failedAt ? 'holds' : index === failedAt ? 'fails' : 'not_reached',
      rule: site ? ruleOf[check](site, question) : noSite,
      given: givenOf[check](question),
    }),
  );
  return { answer, checks, groups: groupsIn(config, question) };
}

/** Bytes of a token's payload. The exact room for groups depends on identifiers that the question doesn't have. */
const payloadBytes = 4_300;
const identifierBytes = 500;

function groupsIn({ resources }: Pick<Config, 'resources'>, question: PolicyQuestion): TokenGroups | undefined {
  const { origin, resource, scopes, claims } = question;
  const configured = resources.get(resource);
  if (!configured) return undefined;
  const carried = tokenGroups(configured.groups, claims.groups);
  const fitting = fitGroups({ origin, resource, scopes, ...carried }, payloadBytes - identifierBytes);
  return fitting && { groups: fitting.groups, groups_omitted: fitting.groups_omitted };
}

const noSite = 'nothing (the origin is not configured)';
const list = (items: readonly string[] | undefined, none: string): string =>
  items === undefined || items.length === 0 ? none : items.join(', ');

const ruleOf: Record<PolicyCheck, (site: OriginConfig, question: PolicyQuestion) => string> = {
  origin: ({ name }) => `listed under origins, as ${name}`,
  resource: ({ allow }) => `one of ${list([...allow.keys()], 'none')}`,
  scopes: ({ allow }, { resource }) => `some of ${list(allow.get(resource), 'none')}`,
  groups: ({ groups }) => (groups.length === 0 ? 'anyone' : `in one of ${groups.join(', ')}`),
  refusal: ({ consent }) =>
    consent === 'granted' ? 'granted by the administrator' : 'the user has not blocked this site',
  sign_in: signInRule,
  consent: ({ consent }) =>
    consent === 'granted' ? 'granted by the administrator' : 'the user has consented to every scope',
};

const givenOf: Record<PolicyCheck, (question: PolicyQuestion) => string> = {
  origin: ({ origin }) => origin,
  resource: ({ resource }) => resource,
  scopes: ({ scopes }) => list(scopes, 'none'),
  groups: ({ claims }) =>
    list(claims.groups, claims.groups_overage ? 'not listed by the provider: too many' : 'no group'),
  refusal: ({ refused }) => (refused ? 'chosen' : 'not chosen'),
  sign_in: ({ claims, now }) =>
    `acr ${claims.acr ?? 'unknown'}, ${claims.auth_time === undefined ? 'time unknown' : `${age(now - claims.auth_time * 1_000)} ago`}`,
  consent: ({ consented }) => list(consented, 'no consent yet'),
};

function signInRule({ acrValues, maxAgeMs }: OriginConfig): string {
  const rules = [
    ...(acrValues.length > 0 ? [`acr ${acrValues.join(' or ')}`] : []),
    ...(maxAgeMs === undefined ? [] : [`at most ${age(maxAgeMs)} ago`]),
  ];
  return list(rules, 'any sign-in');
}

/** A duration in its two largest units, for people. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return '0s';
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}
