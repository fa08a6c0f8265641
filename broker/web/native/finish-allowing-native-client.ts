import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { OAuthError } from '../../errors.ts';
import { allowNativeClient } from '../../oauth/allow-native-client.ts';
import type { NativeRequest } from '../../oauth/authorization-request.ts';
import { codeUrl, errorUrl } from '../../oauth/authorization-response.ts';
import type { PageSession } from '../page-session.ts';
import type { Returned } from '../page-sign-in.ts';

/** "Allow", after the provider has returned a grant for the native client. The client gets a code for it. */
export async function finishAllowingNativeClient(
  deps: Deps,
  c: BrokerContext,
  { person }: PageSession,
  { identity, refreshToken, upstream, beganAt }: Extract<Returned, { canceled: false }>,
  { request, sub }: { request: NativeRequest; sub: string },
) {
  const { config } = deps;
  if (person?.sub !== sub) {
    const other = new OAuthError(
      'access_denied',
      'a different person signed in than the one who chose Allow; start again',
    );
    return c.redirect(errorUrl(config, request, other));
  }
  const granted = { upstream: upstream.config.name, identity, refreshToken, beganAt };
  const by = { sub, address: c.get('address'), userAgent: c.req.header('User-Agent') };
  const code = await allowNativeClient(deps, request, granted, by);
  return c.redirect(codeUrl(config, request, code));
}
