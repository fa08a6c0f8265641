import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { budgets } from '../limits/budgets.ts';
import { formBody } from '../middleware/body.ts';
import { decisionOn, denyDevice } from '../oauth/decide-device-request.ts';
import { chooseUpstream } from '../upstream/choose-upstream.ts';
import { findResult, isAnswered, keepResult, resultUrl } from '../web/page-result.ts';
import { hasCsrf, readPageSession, staleForm } from '../web/page-session.ts';
import { startSignIn } from '../web/page-sign-in.ts';
import { continuePage } from '../web/pages/continue-page.ts';

/**
 * `POST /device/decision` handles the person's answer. "Allow" goes through the provider once more for a grant that
 * belongs to the device and is never a copy of the browser's. "I did not start this" is a denial that notifies
 * administrators.
 *
 * The answer is shown at the result's address. So is how things stand, if the form was sent twice or is out of date.
 */
export function deviceDecision(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    const { csrf, ticket, action } = await formBody(c);
    const found = await findResult(deps, page, ticket);
    const isCurrent = hasCsrf(deps, page, csrf);
    const { person } = page;
    if (isCurrent && !person) {
      await deps.count(budgets.pageForms, c.get('network'));
      if (ticket !== undefined && (await isAnswered(deps, ticket))) return c.redirect(resultUrl(ticket), 303);
      throw new OAuthError('invalid_request', 'your sign-in on this page has expired; enter the code again');
    }
    if (!person || ticket === undefined || !found || !(isCurrent || found.isSameBrowser)) throw staleForm();
    const { result: asked } = found;
    const shown = () => c.redirect(resultUrl(ticket), 303);
    if (!isCurrent || asked.type !== 'device') return shown();
    const { deviceCodeHash } = asked;
    const { sub } = person;
    await deps.count(budgets.pageForms, sub);
    if (action === 'deny' || action === 'report') {
      const outcome = await denyDevice(deps, { deviceCodeHash, sub, as: action === 'report' ? 'reported' : 'denied' });
      // The device's request does not say whether it was reported.
      if (outcome === 'reported')
        await keepResult(deps, ticket, { pages: [page], sub }, { type: 'message', name: outcome });
      return shown();
    }
    if (action !== 'allow') throw new OAuthError('invalid_request', 'action must be allow, deny or report');
    const grant = await deps.store.getDeviceGrant(deviceCodeHash);
    if (!grant || decisionOn(grant, sub, deps.now()) !== 'pending') return shown();
    const purpose = { type: 'allow', deviceCodeHash, sub, ticket } as const;
    const upstream = chooseUpstream(deps, person.upstream);
    return c.html(
      continuePage(
        c.get('language'),
        await startSignIn(deps, page, upstream, purpose, { offline: 'device', loginHint: person.loginHint }),
      ),
    );
  };
}
