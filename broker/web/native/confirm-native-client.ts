import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { OAuthError } from '../../errors.ts';
import type { NativeRequest } from '../../oauth/authorization-request.ts';
import { errorUrl } from '../../oauth/authorization-response.ts';
import { identityFactsOf } from '../../oauth/identity-scopes.ts';
import { inGroups } from '../../policy/decide.ts';
import { csrfToken, type PageSession, sealTicket } from '../page-session.ts';
import { nativeConfirmPage } from '../pages/native-confirm-page.ts';

/**
 * Asks the person who signed in for a native client to confirm. They are always asked before the client gets anything
 * (RFC 8252 §8.6).
 */
export function confirmNativeClient(
  deps: Pick<Deps, 'config' | 'ring'>,
  c: BrokerContext,
  page: PageSession,
  request: NativeRequest,
) {
  const { config } = deps;
  const { person } = page;
  const client = config.devices.get(request.clientId);
  if (!person || !client) throw new OAuthError('invalid_request', 'not signed in; start again in your app');
  if (!inGroups(client.groups, person)) {
    const denied = new OAuthError('access_denied', 'the user is not in a group that can use this client');
    return c.redirect(errorUrl(config, request, denied));
  }
  const resource = request.resource === undefined ? undefined : config.resources.get(request.resource);
  return c.html(
    nativeConfirmPage(c.get('language'), {
      csrf: csrfToken(deps, page),
      ticket: sealTicket(deps, page, JSON.stringify(request)),
      account: { name: person.name, email: person.email, upstream: person.upstream },
      clientName: client.name,
      resourceName: resource?.name,
      scopes: request.scopes.flatMap((scope) => resource?.scopes[scope] ?? []),
      identity: identityFactsOf(request.scopes),
      sessionMs: client.sessionMs,
      redirectHost: new URL(request.redirectUri).host,
    }),
  );
}
