import type { Deps } from '../../deps.ts';
import type { BrokerContext } from '../../env.ts';
import { OAuthError } from '../../errors.ts';
import { allowDevice } from '../../oauth/decide-device-request.ts';
import type { PageSession } from '../page-session.ts';
import type { Purpose, Returned } from '../page-sign-in.ts';
import { messagePage } from '../pages/message-page.ts';

/** "Allow", after the provider has returned a grant for the device. */
export async function finishAllowingDevice(
  parts: Pick<Deps, 'store' | 'log' | 'now'>,
  c: BrokerContext,
  { person }: PageSession,
  { identity, refreshToken, upstream, beganAt }: Extract<Returned, { canceled: false }>,
  purpose: Extract<Purpose, { type: 'allow' }>,
) {
  if (person?.sub !== purpose.sub) {
    throw new OAuthError(
      'access_denied',
      'a different person signed in than the one who chose Allow; enter the code again',
    );
  }
  const granted = { upstream: upstream.config.name, identity, refreshToken, beganAt };
  const outcome = await allowDevice(parts, granted, purpose);
  return c.html(messagePage(c.get('language'), outcome), outcome === 'allowed' ? 200 : 400);
}
