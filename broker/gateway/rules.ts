import type { Requirements } from '@latchkey/shared/resource-server/requirements.ts';
import { parseScope } from '@latchkey/shared/scope.ts';
import { OAuthError } from '../errors.ts';

/** What a gateway's route requires of a token. Set in the gateway's configuration, never by the client. */
export interface RouteRules extends Requirements {
  /** The audience. */
  resource: string;
}

/** The names of the rules, as parameters of a query. */
export const ruleNames = ['resource', 'scope', 'group', 'acr', 'max_age'] as const;
export type RuleName = (typeof ruleNames)[number];

const known: ReadonlySet<string> = new Set(ruleNames);

/**
 * Reads `resource`, `scope` (separated by spaces), `group` and `acr` (any number of each) and `max_age`. Anything
 * else is an error, because a misspelled rule must not count as a missing one.
 *
 * @throws {OAuthError} `invalid_request` if the gateway's configuration is wrong
 */
export function parseRules(query: URLSearchParams): RouteRules {
  for (const name of query.keys()) {
    if (!known.has(name)) throw misconfigured(`"${name.slice(0, 40)}" is not a rule`);
  }
  for (const name of ['resource', 'scope', 'max_age']) {
    if (query.getAll(name).length > 1) throw misconfigured(`${name} is given twice`);
  }
  const resource = query.get('resource');
  if (!resource) throw misconfigured('resource is missing');
  const lists = ['group', 'acr'].map((name) => query.getAll(name));
  // An empty rule would let everyone through.
  if (lists.flat().includes('') || query.get('scope') === '') throw misconfigured('a rule is empty');
  const [groups = [], acr = []] = lists;
  return { resource, scopes: parseScope(query.get('scope') ?? ''), groups, acr, maxAge: seconds(query) };
}

function seconds(query: URLSearchParams): number | undefined {
  const text = query.get('max_age');
  if (text === null) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw misconfigured('max_age is not a number of seconds');
  return Number(text);
}

const misconfigured = (what: string) =>
  new OAuthError(
    'invalid_request',
    `The gateway's configuration is wrong: ${what}. /verify takes resource, scope, group, acr and max_age.`,
  );
