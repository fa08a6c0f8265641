import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import type { NativeRequest } from '../../oauth/authorization-request.ts';
import { errorUrl } from '../../oauth/authorization-response.ts';
import { inGroups } from '../../policy/decide.ts';
import type { Landing } from '../landing.ts';
import type { PageSession } from '../page-session.ts';

/**
 * Leads the person who signed in for a native client to its question. They are always asked before the client gets
 * anything (RFC 8252 §8.6).
 */
export function questionAboutClient(
  { config }: Pick<Deps, 'config'>,
  { person }: PageSession,
  request: NativeRequest,
): Landing {
  const client = config.devices.get(request.clientId);
  if (!person || !client) throw new OAuthError('invalid_request', 'not signed in; start again in your app');
  if (inGroups(client.groups, person)) return { result: { type: 'native', request } };
  const denied = new OAuthError('access_denied', 'the user is not in a group that can use this client');
  return { to: errorUrl(config, request, denied), result: { type: 'message', name: 'not_allowed' } };
}
