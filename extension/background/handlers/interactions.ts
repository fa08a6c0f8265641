import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { BrokerError, type StepUp } from '../broker/broker-error.ts';
import type { ConsentPrompts } from '../page/consent-prompts.ts';
import type { PageCall } from '../page/handler-types.ts';
import type { Profile } from '../profiles/profile.ts';
import type { TokenAsk } from '../tokens/token-cache.ts';

export interface Interactions {
  /** Opens the sign-in window for a page, or waits with it for the one that is open. @throws {LatchkeyError} `not_signed_in` where the page may not open one now */
  signIn(call: PageCall): Promise<void>;
  /**
   * Does what an error names as its `interaction`. Returns when the user has done it.
   *
   * @param stepUp requirements of a sign-in, if one is needed
   * @throws the same error if no window may open now, or {LatchkeyError} `user_denied`
   */
  resolve(error: unknown, call: PageCall, ask: TokenAsk, stepUp?: StepUp): Promise<void>;
  /**
   * Does without a window what an error says would help, where that can be done: for sites that have access. What
   * others can bring about takes a click.
   *
   * @returns whether the caller should try again
   */
  renew(error: unknown, profile: Profile, origin: string, stepUp?: StepUp): Promise<boolean>;
}

export interface InteractionsDeps {
  prompts: ConsentPrompts;
  isTabActive(tabId: number): Promise<boolean>;
}

export const notSignedIn = (): LatchkeyError =>
  new LatchkeyError({
    code: 'not_signed_in',
    message: 'not signed in; call again from a click handler, or let the user sign in from the toolbar icon',
    interaction: 'sign_in',
  });

/** When a page may put a window before the person: after their click, one for each, in the tab they look at, and not right after a no. */
export function createInteractions({ prompts, isTabActive }: InteractionsDeps): Interactions {
  const mayAsk = async (call: PageCall): Promise<boolean> =>
    call.activated && call.alive() && (await isTabActive(call.sender.tabId));

  const openSignIn = async (call: PageCall, otherwise: unknown, stepUp?: StepUp): Promise<void> => {
    prompts.requireNoRecentDenial(call.sender.origin);
    const { signIn } = await call.profile();
    // Who joins the sign-in on its way opens no window.
    if (!signIn.isRunning() && !call.takeClick()) throw otherwise;
    try {
      await signIn.run(stepUp);
    } catch (error) {
      if (error instanceof LatchkeyError && error.code === 'user_denied') prompts.denied(call.sender.origin);
      throw error;
    }
  };

  return {
    async signIn(call) {
      if (!(await mayAsk(call))) throw notSignedIn();
      await openSignIn(call, notSignedIn());
    },
    async resolve(error, call, ask, stepUp) {
      if (!(error instanceof LatchkeyError) || !(await mayAsk(call))) throw error;
      if (error.interaction === 'sign_in') return openSignIn(call, error, stepUp);
      if (error instanceof BrokerError && error.interaction === 'step_up') return openSignIn(call, error, error.stepUp);
      if (error.interaction !== 'consent') throw error;
      const { origin, resource } = ask;
      const { document, tabId } = call.sender;
      const { id: profile } = await call.profile();
      // Of what the page asked for, and of nothing else that an answer names.
      const missing = ask.scopes.filter((scope) => error.delta?.includes(scope));
      const scopes = missing.length > 0 ? missing : [...ask.scopes];
      const question = { profile, origin, document, tabId, resource, scopes };
      if (!(await prompts.ask(question, async () => (await mayAsk(call)) && call.takeClick()))) throw error;
    },
    renew: async (error, { signIn, session }, origin, stepUp) =>
      !stepUp &&
      error instanceof LatchkeyError &&
      error.interaction === 'sign_in' &&
      (await session.isConnected(origin)) &&
      signIn.renew(),
  };
}
