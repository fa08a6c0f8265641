import { LatchkeyError } from '#shared/errors.ts';
import type { SessionView } from '#shared/page-protocol.ts';
import type { PageCall, PageHandlers } from '../page-call.ts';
import { isConnected, siteOf } from '../policy.ts';
import type { Session } from '../session.ts';
import { type Interactions, notSignedIn } from './interactions.ts';

/** `session.*`: whether somebody is signed in, and who, for sites that have access already. */
export function sessionHandlers({
  session,
  interactions,
}: {
  session: Session;
  interactions: Interactions;
}): Pick<PageHandlers, 'session.get' | 'session.sign_in' | 'session.sign_out'> {
  const view = async (origin: string): Promise<SessionView> => {
    const current = await session.current();
    if (!current) return { signed_in: false };
    if (current.session.state === 'reauth_required') {
      // Not waited for: where it helps, the page has an event and asks again.
      void interactions.renew(notSignedIn());
      return { signed_in: false };
    }
    const site = siteOf(current, origin);
    if (!site || !isConnected(current, site)) return { signed_in: true };
    const { sub, name, email } = current.account;
    return { signed_in: true, account: { sub, ...(name ? { name } : {}), ...(email ? { email } : {}) } };
  };

  return {
    'session.get': (_params, { sender }) => view(sender.origin),

    async 'session.sign_in'(_params, call) {
      const before = await view(call.sender.origin);
      if (before.signed_in) return before;
      await interactions.signIn(call);
      return view(call.sender.origin);
    },

    async 'session.sign_out'(_params, call: PageCall) {
      if (!call.activated) {
        throw new LatchkeyError({
          code: 'invalid_request',
          message: 'signing out ends the session of every site: it takes a click of the person',
        });
      }
      if ((await session.current()) || (await session.lapsed())) await session.signOut();
      return {};
    },
  };
}
