import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import { allowDevice } from '../../oauth/decide-device-request.ts';
import type { Landing } from '../landing.ts';
import { followBrowser } from '../page-result.ts';
import type { PageSession } from '../page-session.ts';
import type { Purpose, Returned } from '../page-sign-in.ts';

/** "Allow", after the provider has returned a grant for the device. */
export async function finishAllowingDevice(
  parts: Pick<Deps, 'store' | 'log' | 'now'>,
  page: PageSession,
  { identity, refreshToken, upstream, beganAt }: Extract<Returned, { signedIn: true }>,
  purpose: Extract<Purpose, { type: 'allow' }>,
): Promise<Landing> {
  if (page.person?.sub !== purpose.sub) {
    throw new OAuthError(
      'access_denied',
      'a different person signed in than the one who chose Allow; enter the code again',
    );
  }
  const granted = { upstream: upstream.config.name, identity, refreshToken, beganAt };
  await followBrowser(parts, purpose.ticket, page);
  const { decision, isTaken } = await allowDevice(parts, granted, purpose);
  if (!isTaken && refreshToken !== undefined && upstream.preset.revocationIsNarrow) void upstream.revoke(refreshToken);
  return { result: { type: 'message', name: decision } };
}
