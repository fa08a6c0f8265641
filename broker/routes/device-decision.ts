import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { formBody } from '../middleware/body.ts';
import { continuePage } from '../pages/continue.ts';
import { messagePage } from '../pages/message.ts';
import { openTicket, readPageSession, requireCsrf } from '../people/page-session.ts';
import { startSignIn } from '../people/sign-in.ts';
import { chooseUpstream } from '../upstream/choose.ts';

/**
 * `POST /device/decision`: the person's answer. "Allow" goes through the provider once more for a grant that
 * is the device's own, never a copy of the browser's.
 */
export function deviceDecision(deps: Deps) {
  return async (c: BrokerContext) => {
    const page = readPageSession(deps, c);
    const form = await formBody(c);
    requireCsrf(deps, page, form.csrf);
    const { person } = page;
    if (!person) throw new OAuthError('invalid_request', 'the sign-in on this page has expired: enter the code again');
    const deviceCodeHash = openTicket(deps, page, form.ticket);
    if (form.action === 'deny') {
      const decided = await deps.store.decideDeviceGrant(
        deviceCodeHash,
        { decision: 'deny', sub: person.sub },
        deps.now(),
      );
      if (!decided) return c.html(messagePage('too_late'), 400);
      await deps.store.appendAudit({ type: 'device.denied', sub: person.sub, detail: {} }, deps.now());
      return c.html(messagePage('denied'));
    }
    if (form.action !== 'allow') throw new OAuthError('invalid_request', 'action must be allow or deny');
    const purpose = { type: 'allow', deviceCodeHash, sub: person.sub } as const;
    const upstream = chooseUpstream(deps, person.upstream);
    return c.html(
      continuePage(await startSignIn(deps, page, upstream, purpose, { offline: true, loginHint: person.email })),
    );
  };
}
