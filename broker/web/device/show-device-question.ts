import { inLanguages } from '../../config/in-languages.ts';
import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { networkOf } from '../../middleware/network.ts';
import { decisionOn } from '../../oauth/decide-device-request.ts';
import { identityFactsOf } from '../../oauth/identity-scopes.ts';
import { inGroups } from '../../policy/decide.ts';
import { providerLabel } from '../../upstream/provider-label.ts';
import { csrfToken, type PageSession } from '../page-session.ts';
import { deviceConfirmPage } from '../pages/device-confirm-page.ts';
import { showMessage } from '../show-message.ts';

/** Asks the person about a device whose code they entered, or shows how they answered. */
export async function showDeviceQuestion(
  deps: Deps,
  c: BrokerContext,
  page: PageSession,
  { ticket, deviceCodeHash, userCode }: { ticket: string; deviceCodeHash: string; userCode: string },
) {
  const { store, now } = deps;
  const config = inLanguages(deps.config, [c.get('language').tag]);
  const { person } = page;
  const grant = await store.getDeviceGrant(deviceCodeHash);
  const client = grant && config.devices.get(grant.clientId);
  // Nothing is known of a request that was collected, so nothing is said of it.
  if (!person || !client) return showMessage(c, 'gone');
  const decision = decisionOn(grant, person.sub, now());
  if (decision !== 'pending') return showMessage(c, decision);
  if (!inGroups(client.groups, person)) return showMessage(c, 'not_allowed');
  const resource = grant.resource === undefined ? undefined : config.resources.get(grant.resource);
  c.set('hasScript', true);
  return c.html(
    deviceConfirmPage(c.get('language'), {
      csrf: csrfToken(deps, page),
      ticket,
      account: { name: person.name, email: person.email, upstream: providerLabel(deps, person.upstream) },
      clientName: client.name,
      userCode,
      resourceName: resource?.name,
      scopes: grant.scopes.flatMap((scope) => resource?.scopes[scope] ?? []),
      identity: identityFactsOf(grant.scopes),
      sessionMs: client.sessionMs,
      startedAgo: now() - grant.createdAt,
      startedFrom: grant.ip,
      sameNetwork: networkOf(grant.ip ?? '') === c.get('network'),
    }),
  );
}
