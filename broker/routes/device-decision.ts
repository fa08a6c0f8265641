import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { formBody } from '../middleware/body.ts';
import { denyDevice } from '../oauth/decide-device-request.ts';
import { chooseUpstream } from '../upstream/choose-upstream.ts';
import { openTicket, readPageSession, requireCsrf } from '../web/page-session.ts';
import { startSignIn } from '../web/page-sign-in.ts';
import { continuePage } from '../web/pages/continue-page.ts';
import { messagePage } from '../web/pages/message-page.ts';

/**
 * `POST /device/decision` handles the person's answer. "Allow" goes through the provider once more for a grant that
 * belongs to the device and is never a copy of the browser's. "I did not start this" is a denial that notifies
 * administrators.
 */
export function deviceDecision(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = await readPageSession(deps, c);
    const form = await formBody(c);
    requireCsrf(deps, page, form.csrf);
    const { person } = page;
    const language = c.get('language');
    if (!person) throw new OAuthError('invalid_request', 'your sign-in on this page has expired; enter the code again');
    const deviceCodeHash = openTicket(deps, page, form.ticket);
    if (form.action === 'deny' || form.action === 'report') {
      const outcome = await denyDevice(deps, {
        deviceCodeHash,
        sub: person.sub,
        isReport: form.action === 'report',
      });
      const isDecided = outcome === 'denied' || outcome === 'reported';
      return c.html(messagePage(language, outcome), isDecided ? 200 : 400);
    }
    if (form.action !== 'allow') throw new OAuthError('invalid_request', 'action must be allow, deny or report');
    const purpose = { type: 'allow', deviceCodeHash, sub: person.sub } as const;
    const upstream = chooseUpstream(deps, person.upstream);
    return c.html(
      continuePage(
        language,
        await startSignIn(deps, page, upstream, purpose, { offline: true, loginHint: person.email }),
      ),
    );
  };
}
