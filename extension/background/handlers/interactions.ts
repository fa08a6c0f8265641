import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { BrokerError, type StepUp } from '../broker/broker-error.ts';
import type { ConsentPrompts } from '../page/consent-prompts.ts';
import type { PageCall } from '../page/handler-types.ts';
import type { Profile } from '../profiles/profile.ts';
import type { TokenAsk } from '../tokens/token-cache.ts';

export interface Interactions {
  /** Opens the sign-in window for a page. @throws {LatchkeyError} `not_signed_in` where the page may not open one now */
  signIn(call: PageCall): Promise<void>;
  /**
   * Does what an error says would help (`interaction`), and returns when the person has done it.
   *
   * @param stepUp what a sign-in has to bring, if it comes to one
   * @throws the same error where nothing can be asked now, or {LatchkeyError} `user_denied`
   */
  resolve(error: unknown, call: PageCall, ask: TokenAsk, stepUp?: StepUp): Promise<void>;
  /**
   * Does without a window what an error says would help, where that can be done.
   *
   * @returns whether it makes sense to try again
   */
  renew(error: unknown, profile: Profile, stepUp?: StepUp): Promise<boolean>;
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

/** When a page may put a window before the person: after their click, in the tab they look at, and not right after a no. */
export function createInteractions({ prompts, isTabActive }: InteractionsDeps): Interactions {
  const mayAsk = async (call: PageCall): Promise<boolean> =>
    call.activated && call.alive() && (await isTabActive(call.sender.tabId));

  const openSignIn = async (call: PageCall, stepUp?: StepUp): Promise<void> => {
    prompts.requireNoRecentDenial(call.sender.origin);
    try {
      await (await call.profile()).signIn.run(stepUp);
    } catch (error) {
      if (error instanceof LatchkeyError && error.code === 'user_denied') prompts.denied(call.sender.origin);
      throw error;
    }
  };

  return {
    async signIn(call) {
      if (!(await mayAsk(call))) throw notSignedIn();
      await openSignIn(call);
    },
    async resolve(error, call, ask, stepUp) {
      if (!(error instanceof LatchkeyError) || !(await mayAsk(call))) throw error;
      if (error.interaction === 'sign_in') return openSignIn(call, stepUp);
      if (error instanceof BrokerError && error.interaction === 'step_up') return openSignIn(call, error.stepUp);
      if (error.interaction !== 'consent') throw error;
      const { origin, resource } = ask;
      const { id: profile } = await call.profile();
      await prompts.ask({ profile, origin, resource, scopes: error.delta?.length ? error.delta : [...ask.scopes] });
    },
    renew: async (error, { signIn }, stepUp) =>
      !stepUp && error instanceof LatchkeyError && error.interaction === 'sign_in' && signIn.renew(),
  };
}
