import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { SessionView } from '@latchkey/shared/page-protocol.ts';
import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import { invalidRequest } from '../errors.ts';
import type { PageCall, PageHandlers } from '../page/handler-types.ts';
import { isConnected, isRefused, refusal, siteOf } from '../session/site-policy.ts';
import type { Interactions } from './interactions.ts';

export interface SessionHandlersDeps {
  interactions: Interactions;
  /** Ends the session of a profile, for a site that has it. */
  signOut(profile: string): Promise<void>;
}

/**
 * `session.*`: whether a user is signed in and who it is, for sites that already have access. A site without access
 * can't end the session.
 */
export function sessionHandlers({
  interactions,
  signOut,
}: SessionHandlersDeps): Pick<PageHandlers, 'session.get' | 'session.sign_in' | 'session.sign_out'> {
  const view = async ({ sender, profile }: PageCall): Promise<SessionView> => {
    const { session, signIn } = await profile();
    const current = await session.current();
    if (!current) return { signed_in: false };
    const account = accountFor(current, sender.origin);
    if (current.session.state === 'reauth_required') {
      // Don't wait. If it succeeds, the page gets an event and asks again.
      if (account) signIn.renew().catch((error: unknown) => reportError(error));
      return { signed_in: false };
    }
    return account ? { signed_in: true, account } : { signed_in: true };
  };

  return {
    'session.get': (_params, call) => view(call),

    async 'session.sign_in'(_params, call) {
      const before = await view(call);
      if (before.signed_in) return before;
      const current = await (await call.profile()).session.current();
      if (current && isRefused(current, call.sender.origin)) throw refusal();
      await interactions.signIn(call);
      return view(call);
    },

    async 'session.sign_out'(_params, call) {
      if (!call.activated) {
        throw invalidRequest('signing out needs a click: it is for every site');
      }
      const { id, session } = await call.profile();
      const { origin } = call.sender;
      const current = await session.current();
      if (current || (await session.lapsed())) {
        if (current && isRefused(current, origin)) throw refusal();
        if (!(await session.isConnected(origin))) throw noAccess();
        await signOut(id);
      }
      // Answer with the current state: nobody is signed in.
      await call.profile();
      return {};
    },
  };
}

const noAccess = (): LatchkeyError =>
  new LatchkeyError({
    code: 'access_not_granted',
    message: 'this site has no access to the account, so it cannot sign the user out',
  });

/** What a site may know about the account. Nothing, unless the site has access. */
export function accountFor(current: SessionAnswer, origin: string): SessionView['account'] {
  const site = siteOf(current, origin);
  if (!site || !isConnected(current, site)) return undefined;
  const { sub, name, email } = current.account;
  return { sub, ...(name ? { name } : {}), ...(email ? { email } : {}) };
}
