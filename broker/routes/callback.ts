import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { errorUrl } from '../oauth/authorization-response.ts';
import { finishSigningOut } from '../web/account/sign-out-everywhere.ts';
import { confirmDevice } from '../web/device/confirm-device.ts';
import { finishAllowingDevice } from '../web/device/finish-allowing-device.ts';
import { confirmNativeClient } from '../web/native/confirm-native-client.ts';
import { finishAllowingNativeClient } from '../web/native/finish-allowing-native-client.ts';
import { readPageSession } from '../web/page-session.ts';
import { finishSignIn, type Purpose } from '../web/page-sign-in.ts';
import { messagePage } from '../web/pages/message-page.ts';
import { rememberSignIn } from '../web/remember-sign-in.ts';

/** `GET /callback` receives the provider's redirect, with a code or an error (RFC 6749 §4.1.2). */
export function callback(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    const { state, code, iss } = c.req.query();
    if (state === undefined) throw new OAuthError('invalid_request', 'state is missing; enter the code again');
    const returned = await finishSignIn(deps, page, { state, code, iss });
    if (returned.canceled) return canceled(deps, c, returned.purpose);
    const { purpose, refreshToken, upstream, identity, beganAt } = returned;
    const isLasting = purpose.type === 'allow' || purpose.type === 'authorize_allow';
    // Only "Allow" requests a lasting grant. An unrequested refresh token is revoked if that ends nothing else.
    if (!isLasting && refreshToken !== undefined && upstream.preset.revocationIsNarrow) {
      void upstream.revoke(refreshToken);
    }
    const signedIn = await rememberSignIn(deps, c, page, { identity, upstream: upstream.config.name, beganAt });
    switch (purpose.type) {
      case 'code':
        return confirmDevice(deps, c, signedIn, upstream, purpose);
      case 'allow':
        return finishAllowingDevice(deps, c, signedIn, returned, purpose);
      case 'authorize':
        return confirmNativeClient(deps, c, signedIn, purpose.request);
      case 'authorize_allow':
        return finishAllowingNativeClient(deps, c, signedIn, returned, purpose);
      case 'account':
        return c.redirect('/account');
      case 'sign_out_everywhere':
        return finishSigningOut(deps, c, signedIn, returned, purpose);
    }
  };
}

/** The person canceled at the provider. A client that waits for its response is told. */
function canceled({ config }: Pick<Deps, 'config'>, c: BrokerContext, purpose: Purpose) {
  if (purpose.type !== 'authorize' && purpose.type !== 'authorize_allow')
    return c.html(messagePage(c.get('language'), 'canceled'), 400);
  const denied = new OAuthError('access_denied', 'the sign-in was not completed');
  return c.redirect(errorUrl(config, purpose.request, denied));
}
