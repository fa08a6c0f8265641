import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { OAuthError } from '../../errors.ts';
import { allowNativeClient } from '../../oauth/allow-native-client.ts';
import { codeUrl, errorUrl } from '../../oauth/authorization-response.ts';
import type { Landing } from '../landing.ts';
import { decideNative, followBrowser } from '../page-result.ts';
import type { PageSession } from '../page-session.ts';
import type { Purpose, Returned } from '../page-sign-in.ts';

/** "Allow", after the provider has returned a grant for the native client. The client gets a code for it. */
export async function finishAllowingNativeClient(
  deps: Deps,
  c: BrokerContext,
  page: PageSession,
  { identity, refreshToken, upstream, beganAt }: Extract<Returned, { signedIn: true }>,
  { request, sub, ticket }: Extract<Purpose, { type: 'authorize_allow' }>,
): Promise<Landing> {
  const { config } = deps;
  if (page.person?.sub !== sub) {
    const other = new OAuthError(
      'access_denied',
      'a different person signed in than the one who chose Allow; start again',
    );
    return { to: errorUrl(config, request, other), result: { type: 'message', name: 'denied' } };
  }
  await followBrowser(deps, ticket, page);
  // The person may have chosen "Deny" in the meantime, in another tab or after Back.
  if ((await decideNative(deps, ticket, 'allowed')) !== 'allowed') {
    if (refreshToken !== undefined && upstream.preset.revocationIsNarrow) void upstream.revoke(refreshToken);
    const denied = new OAuthError('access_denied', 'the user denied the request');
    return { to: errorUrl(config, request, denied), result: { type: 'message', name: 'denied' } };
  }
  const granted = { upstream: upstream.config.name, identity, refreshToken, beganAt };
  const by = { sub, address: c.get('address'), userAgent: c.req.header('User-Agent') };
  const code = await allowNativeClient(deps, request, granted, by);
  return { to: codeUrl(config, request, code), result: { type: 'message', name: 'allowed' } };
}
