import type { UpstreamConfig } from '../config/types.ts';
import type { Offline } from '../upstream/types.ts';
import { type Attempt, attemptAuthorization } from './authorization-attempt.ts';
import { about, type Finding } from './finding.ts';
import type { DoctorDeps } from './requests.ts';
import { quoted } from './seen-answer.ts';

/**
 * Whether the provider takes the configured scopes: by asking for them, since metadata need not list every scope
 * (RFC 8414 §2). Some providers look at scopes only after the person has signed in; then there is nothing to say.
 *
 * @param redirectUri one that is registered
 * @param offline the most that is asked for
 */
export async function checkScopes(
  deps: DoctorDeps,
  upstream: UpstreamConfig,
  redirectUri: string,
  offline: Offline,
): Promise<Finding[]> {
  const check = about(`${upstream.name}: scopes`);
  const attempt = (scopes: readonly string[]) =>
    attemptAuthorization(deps, { ...upstream, scopes }, { redirectUri, offline });
  const all = await attempt(upstream.scopes);
  const error = errorOf(all);
  if (all.kind === 'back' && (error === undefined || asksForThePerson.has(error)))
    return [check.ok(`accepted: ${upstream.scopes.join(' ')}`)];
  if (error === undefined) return [];
  const description = 'description' in all && all.description ? `: ${quoted(all.description, 300)}` : '';
  const refused = await refusedScopes(upstream.scopes, error, attempt);
  // Keycloak's error for scopes is that of any other request that is wrong.
  if (error !== 'invalid_scope' && refused.length === 0) {
    return [
      check.failed(
        `the provider refuses the sign-in with the error ${quoted(error)}${description}`,
        'Look for this error in the provider’s log and documentation. Compare authorization_params, and the grants and response types that the client is allowed.',
      ),
    ];
  }
  const named = refused.length > 0 ? refused.join(' ') : upstream.scopes.join(' ');
  return [
    check.failed(
      `the provider refuses ${refused.length === 1 ? 'the scope' : 'the scopes'} ${quoted(named)} (${error === 'invalid_scope' ? error : quoted(error)}${description}). Sign-ins that request ${refused.length === 1 ? 'it' : 'them'} fail`,
      refused.includes('offline_access')
        ? `Allow offline_access (refresh tokens) for this client at the provider. If it issues refresh tokens without this scope, remove it from upstreams.${upstream.name}.scopes.`
        : `Allow ${refused.length === 1 ? 'this scope' : 'these scopes'} for this client at the provider, or remove ${refused.length === 1 ? 'it' : 'them'} from upstreams.${upstream.name}.scopes.`,
    ),
  ];
}

/** Asks for each scope alone. If that for none but `openid` is refused as well, the scopes are not the reason. */
async function refusedScopes(
  scopes: readonly string[],
  error: string,
  attempt: (scopes: readonly string[]) => Promise<Attempt>,
): Promise<string[]> {
  const isRefused = async (asked: readonly string[]) => errorOf(await attempt(asked)) === error;
  if (error !== 'invalid_scope' && (await isRefused(['openid']))) return [];
  const refused: string[] = [];
  for (const scope of scopes) if (scope !== 'openid' && (await isRefused(['openid', scope]))) refused.push(scope);
  return refused;
}

/** What `prompt=none` gets where all else is right (OpenID Connect Core §3.1.2.6). */
const asksForThePerson = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]);

const errorOf = (attempt: Attempt): string | undefined =>
  attempt.kind === 'back' || attempt.kind === 'refused' ? attempt.error : undefined;
