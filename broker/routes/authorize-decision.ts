import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { formBody } from '../middleware/body.ts';
import type { NativeRequest } from '../oauth/authorization-request.ts';
import { errorUrl } from '../oauth/authorization-response.ts';
import { chooseUpstream } from '../upstream/choose-upstream.ts';
import { openTicket, readPageSession, requireCsrf } from '../web/page-session.ts';
import { startSignIn } from '../web/page-sign-in.ts';
import { continuePage } from '../web/pages/continue-page.ts';
import { forgetSignIn } from '../web/remember-sign-in.ts';

/**
 * `POST /authorize/decision` handles the person's answer about a native client. "Allow" goes through the provider once
 * more for a grant that belongs to the client. "Deny" and "I did not start this" return an error to the client.
 */
export function authorizeDecision(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    const form = await formBody(c);
    requireCsrf(deps, page, form.csrf);
    const { person } = page;
    if (!person) throw new OAuthError('invalid_request', 'the sign-in on this page has expired: start again');
    // Only the confirmation page seals this content.
    const request: NativeRequest = JSON.parse(openTicket(deps, page, form.ticket));
    if (form.action === 'deny' || form.action === 'report') {
      const type = form.action === 'deny' ? 'device.denied' : 'device.reported';
      const detail = { client: request.clientId, flow: 'loopback', address: c.get('address') };
      await deps.store.appendAudit({ type, sub: person.sub, detail }, deps.now());
      const denied = new OAuthError('access_denied', 'the user denied the request');
      return c.html(continuePage(c.get('language'), errorUrl(deps.config, request, denied)));
    }
    if (form.action === 'switch_account') {
      const fresh = await forgetSignIn(deps, c, page);
      const again = { type: 'authorize', request } as const;
      const upstream = chooseUpstream(deps, person.upstream);
      return c.html(
        continuePage(
          c.get('language'),
          await startSignIn(deps, fresh, upstream, again, { offline: false, prompt: 'login' }),
        ),
      );
    }
    if (form.action !== 'allow') throw new OAuthError('invalid_request', 'action is none of those on the page');
    const purpose = { type: 'authorize_allow', request, sub: person.sub } as const;
    const upstream = chooseUpstream(deps, person.upstream);
    return c.html(
      continuePage(
        c.get('language'),
        await startSignIn(deps, page, upstream, purpose, { offline: true, loginHint: person.email }),
      ),
    );
  };
}
