import { inLanguages } from '../../config/in-languages.ts';
import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import type { NativeRequest } from '../../oauth/authorization-request.ts';
import { identityFactsOf } from '../../oauth/identity-scopes.ts';
import { providerLabel } from '../../upstream/provider-label.ts';
import { csrfToken, type PageSession } from '../page-session.ts';
import { nativeConfirmPage } from '../pages/native-confirm-page.ts';
import { showMessage } from '../show-message.ts';

/** Asks the person about a native client. */
export function showNativeQuestion(
  deps: Pick<Deps, 'config' | 'ring'>,
  c: BrokerContext,
  page: PageSession,
  ticket: string,
  request: NativeRequest,
) {
  const config = inLanguages(deps.config, [c.get('language').tag]);
  const { person } = page;
  const client = config.devices.get(request.clientId);
  if (!person || !client) return showMessage(c, 'gone');
  const resource = request.resource === undefined ? undefined : config.resources.get(request.resource);
  c.set('hasScript', true);
  return c.html(
    nativeConfirmPage(c.get('language'), {
      csrf: csrfToken(deps, page),
      ticket,
      account: { name: person.name, email: person.email, upstream: providerLabel(deps, person.upstream) },
      clientName: client.name,
      resourceName: resource?.name,
      scopes: request.scopes.flatMap((scope) => resource?.scopes[scope] ?? []),
      identity: identityFactsOf(request.scopes),
      sessionMs: client.sessionMs,
      redirectHost: new URL(request.redirectUri).host,
    }),
  );
}
