import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { budgets } from '../limits/budgets.ts';
import { formBody } from '../middleware/body.ts';
import { errorUrl } from '../oauth/authorization-response.ts';
import { chooseUpstream } from '../upstream/choose-upstream.ts';
import { decideNative, findResult, followBrowser, isAnswered, resultUrl } from '../web/page-result.ts';
import { hasCsrf, readPageSession, staleForm } from '../web/page-session.ts';
import { startSignIn } from '../web/page-sign-in.ts';
import { continuePage } from '../web/pages/continue-page.ts';
import { forgetSignIn } from '../web/remember-sign-in.ts';

/**
 * `POST /authorize/decision` handles the person's answer about a native client. "Allow" goes through the provider once
 * more for a grant that belongs to the client. "Deny" and "I did not start this" return an error to the client.
 *
 * A form that is sent twice has the same result twice. One that is out of date shows how things stand.
 */
export function authorizeDecision(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    const { csrf, ticket, action } = await formBody(c);
    const found = await findResult(deps, page, ticket);
    const isCurrent = hasCsrf(deps, page, csrf);
    const { person } = page;
    if (isCurrent && !person) {
      await deps.count(budgets.pageForms, c.get('network'));
      if (ticket !== undefined && (await isAnswered(deps, ticket))) return c.redirect(resultUrl(ticket), 303);
      throw new OAuthError('invalid_request', 'your sign-in on this page has expired; start again in your app');
    }
    if (!person || ticket === undefined || !found || !(isCurrent || found.isSameBrowser)) throw staleForm();
    const { result: asked } = found;
    const isDenial = action === 'deny' || action === 'report';
    if (!isCurrent || asked.type !== 'native') return c.redirect(resultUrl(ticket), 303);
    const { request, decided } = asked;
    // A denial is told to the client again, because the browser may have left the first response.
    if (isDenial ? decided === 'allowed' : decided !== undefined) return c.redirect(resultUrl(ticket), 303);
    const { sub } = person;
    await deps.count(budgets.pageForms, sub);
    const goOn = (url: string) => c.html(continuePage(c.get('language'), url));
    if (isDenial) {
      const type = action === 'deny' ? 'device.denied' : 'device.reported';
      const detail = { client: request.clientId, flow: 'loopback', address: c.get('address') };
      const counts = await decideNative(deps, ticket, 'denied');
      // "Allow" came first, or is being recorded right now.
      if (counts !== 'denied') return c.redirect(resultUrl(ticket), 303);
      if (decided === undefined) await deps.store.appendAudit({ type, sub, detail }, deps.now());
      return goOn(errorUrl(deps.config, request, new OAuthError('access_denied', 'the user denied the request')));
    }
    const upstream = chooseUpstream(deps, person.upstream);
    if (action === 'switch_account') {
      const fresh = await forgetSignIn(deps, c, page);
      const again = { type: 'authorize', request } as const;
      return goOn(await startSignIn(deps, fresh, upstream, again, { offline: false, prompt: 'login' }));
    }
    if (action !== 'allow') throw new OAuthError('invalid_request', 'action is none of those on the page');
    // The question must outlive the sign-in, because the person may still choose "Deny".
    await followBrowser(deps, ticket, page);
    const purpose = { type: 'authorize_allow', request, sub, ticket } as const;
    return goOn(await startSignIn(deps, page, upstream, purpose, { offline: 'device', loginHint: person.loginHint }));
  };
}
