import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { labelOf } from '../upstream/provider-label.ts';
import { logRefusal, readRefusal } from '../upstream/sign-in-refusal.ts';
import { finishSigningOut } from '../web/account/sign-out-everywhere.ts';
import { compareEnteredCode } from '../web/device/compare-entered-code.ts';
import { finishAllowingDevice } from '../web/device/finish-allowing-device.ts';
import type { Landing } from '../web/landing.ts';
import { keepLastProvider } from '../web/last-provider.ts';
import { finishAllowingNativeClient } from '../web/native/finish-allowing-native-client.ts';
import { questionAboutClient } from '../web/native/question-about-client.ts';
import { findResult, keepResult, resultUrl } from '../web/page-result.ts';
import { type PageSession, readPageSession } from '../web/page-session.ts';
import { finishSignIn, pageSignInId, type Returned, startAgain } from '../web/page-sign-in.ts';
import { nextOf } from '../web/pages/next.ts';
import { placeOf, refusedLanding } from '../web/refused-sign-in.ts';
import { rememberSignIn } from '../web/remember-sign-in.ts';

/**
 * `GET /callback` receives the provider's redirect, with a code or an error (RFC 6749 §4.1.2). It shows no page itself:
 * a page at an address that works once would be untrue after a reload.
 */
export function callback(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    const { state, code, iss, error, error_description: description } = c.req.query();
    if (state === undefined) throw new OAuthError('invalid_request', 'state is missing; start again');
    if (await findResult(deps, page, state)) return c.redirect(resultUrl(state), 303);
    c.set('signIn', pageSignInId(page, state));
    const returned = await finishSignIn(deps, page, { state, code, iss }, (purpose) =>
      c.set('next', nextOf[placeOf(purpose)]),
    );
    // Anyone can make up a redirect. Only one of a sign-in that this browser began is the provider's.
    if (!returned) return c.redirect(await startAgain(deps, page, state), 303);
    if (!returned.signedIn) {
      deps.metrics.signIn('page', 'provider_refused');
      const refusal = readRefusal(error ?? '', description);
      const { purpose, upstream } = returned;
      logRefusal(deps.log, refusal, {
        upstream: upstream.config.name,
        purpose: purpose.type,
        requestId: c.get('requestId'),
        signIn: c.get('signIn'),
      });
      const { to, result } = refusedLanding(deps.config, purpose, refusal, labelOf(upstream.config));
      await keepResult(deps, state, { pages: [page], sub: page.person?.sub }, result);
      return c.redirect(to ?? resultUrl(state), 303);
    }
    const { refreshToken, upstream, identity, purpose, beganAt } = returned;
    const isLasting = purpose.type === 'allow' || purpose.type === 'authorize_allow';
    // Only "Allow" requests a lasting grant. An unrequested refresh token is revoked if that ends nothing else.
    if (!isLasting && refreshToken !== undefined && upstream.preset.revocationIsNarrow) {
      void upstream.revoke(refreshToken);
    }
    const signedIn = await rememberSignIn(deps, c, page, { identity, upstream: upstream.config.name, beganAt });
    keepLastProvider(deps, c, upstream.config.name);
    const { to, result, after = signedIn } = await landingOf(deps, c, signedIn, returned);
    await keepResult(deps, state, { pages: [page, after], sub: signedIn.person?.sub }, result);
    deps.metrics.signIn('page', 'completed');
    return c.redirect(to ?? resultUrl(state), 303);
  };
}

async function landingOf(
  deps: Deps,
  c: BrokerContext,
  page: PageSession,
  returned: Extract<Returned, { signedIn: true }>,
): Promise<Landing & { after?: PageSession }> {
  const { purpose, upstream } = returned;
  switch (purpose.type) {
    case 'code':
      return compareEnteredCode(deps, c, page, upstream, purpose);
    case 'allow':
      return finishAllowingDevice(deps, page, returned, purpose);
    case 'authorize':
      return questionAboutClient(deps, page, purpose.request);
    case 'authorize_allow':
      return finishAllowingNativeClient(deps, c, page, returned, purpose);
    case 'account':
      return { result: { type: 'path', path: '/account' } };
    case 'sign_out_everywhere':
      return {
        after: await finishSigningOut(deps, c, page, returned, purpose),
        result: { type: 'message', name: 'signed_out_everywhere' },
      };
  }
}
