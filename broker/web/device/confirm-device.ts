import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { OAuthError } from '../../errors.ts';
import { networkOf } from '../../middleware/network.ts';
import { findDeviceRequest } from '../../oauth/find-device-request.ts';
import { identityFactsOf } from '../../oauth/identity-scopes.ts';
import type { Upstream } from '../../upstream/types.ts';
import { csrfToken, type PageSession, sealTicket } from '../page-session.ts';
import { type Purpose, startSignIn } from '../page-sign-in.ts';
import { continuePage } from '../pages/continue-page.ts';
import { deviceConfirmPage } from '../pages/device-confirm-page.ts';
import { messagePage } from '../pages/message-page.ts';
import { codePage } from './show-code-page.ts';

/** Compares the code once the person is known. A correct code leads to the confirmation page. */
export async function confirmDevice(
  deps: Deps,
  c: BrokerContext,
  page: PageSession,
  upstream: Upstream,
  { userCode, forced }: Extract<Purpose, { type: 'code' }>,
) {
  const { person } = page;
  const language = c.get('language');
  if (!person) throw new OAuthError('invalid_request', 'not signed in; enter the code again');
  const csrf = csrfToken(deps, page);
  const { sub, groups } = person;
  const found = await findDeviceRequest(deps, { sub, groups, network: c.get('network'), userCode });
  switch (found.outcome) {
    case 'too_many':
      c.set('failed', { kind: 'user_code_locked', sub });
      return c.html(messagePage(language, 'too_many'), 429);
    case 'wrong':
      c.set('failed', { kind: 'user_code', sub });
      return codePage(c, { csrf, account: person.email ?? person.name, userCode, fault: 'wrong' }, 400);
    case 'not_allowed':
      return c.html(messagePage(language, 'not_allowed'), 403);
  }
  const { grant, client, resource } = found;
  const sameNetwork = networkOf(grant.ip ?? '') === c.get('network');
  if (!sameNetwork && !forced) {
    // An attacker who lures a person to this page relies on a sign-in that goes unnoticed (RFC 10027).
    const url = await startSignIn(
      deps,
      page,
      upstream,
      { type: 'code', userCode, forced: true },
      { offline: false, prompt: 'login' },
    );
    return c.html(continuePage(language, url));
  }
  return c.html(
    deviceConfirmPage(language, {
      csrf,
      ticket: sealTicket(deps, page, grant.deviceCodeHash),
      account: { name: person.name, email: person.email, upstream: person.upstream },
      clientName: client.name,
      userCode,
      resourceName: resource?.name,
      scopes: grant.scopes.flatMap((scope) => resource?.scopes[scope] ?? []),
      identity: identityFactsOf(grant.scopes),
      sessionMs: client.sessionMs,
      startedAgo: deps.now() - grant.createdAt,
      startedFrom: grant.ip,
      sameNetwork,
    }),
  );
}
