import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { ProviderView } from '../../protocol/ui.ts';
import { BrokerError, type StepUp } from '../broker/broker-error.ts';
import type { ConsentPrompts } from '../page/consent-prompts.ts';
import type { PageCall } from '../page/handler-types.ts';
import type { ProviderChoices } from '../page/provider-choices.ts';
import type { Profile } from '../profiles/profile.ts';
import type { AccessAsk } from '../session/site-policy.ts';

export interface Interactions {
  /**
   * Opens the sign-in window for a page, or waits for the window that is already open.
   *
   * @throws {LatchkeyError} `not_signed_in` if the page may not open a window now
   */
  signIn(call: PageCall): Promise<void>;
  /**
   * Performs the `interaction` that an error names. Returns when the user is done.
   *
   * @param asks what the page uses. If the user is asked for any of it, they are asked for all that is missing
   * @param stepUp requirements of a sign-in, if one is needed
   * @throws the same error if no window may open now, or {LatchkeyError} `user_denied`
   */
  resolve(error: unknown, call: PageCall, asks: AccessAsk[], stepUp?: StepUp): Promise<void>;
  /**
   * Resolves an error without a window, if possible. It does this only for sites that have access. Other sites need a
   * click.
   *
   * @returns whether the caller should retry
   */
  renew(error: unknown, profile: Profile, origin: string, stepUp?: StepUp): Promise<boolean>;
}

export interface InteractionsDeps {
  prompts: ConsentPrompts;
  isTabActive(tabId: number): Promise<boolean>;
  choices: Pick<ProviderChoices, 'ask'>;
  /** The providers that a user can choose from, if the profile's account doesn't say which. Empty if there is no choice. */
  providersFor(profile: string): Promise<ProviderView[]>;
}

export const notSignedIn = (): LatchkeyError =>
  new LatchkeyError({
    code: 'not_signed_in',
    message: 'not signed in; call again from a click handler, or let the user sign in from the toolbar icon',
    interaction: 'sign_in',
  });

/** A page may open one window per click, only from the active tab, and not right after the user denied something. */
export function createInteractions({ prompts, isTabActive, choices, providersFor }: InteractionsDeps): Interactions {
  const mayAsk = async (call: PageCall): Promise<boolean> =>
    call.activated && call.alive() && (await isTabActive(call.sender.tabId));

  /** Profiles whose sign-in begins, and the provider that the user picks for it. Other requests join. */
  const choosing = new Map<string, Promise<string | undefined>>();
  const choose = async (profile: string, origin: string): Promise<string | undefined> => {
    const providers = await providersFor(profile);
    return providers.length === 0 ? undefined : choices.ask({ origin, providers });
  };

  const openSignIn = async (call: PageCall, otherwise: unknown, stepUp?: StepUp): Promise<void> => {
    prompts.requireNoRecentDenial(call.sender.origin);
    const { id, signIn } = await call.profile();
    const isMine = !signIn.isRunning() && !choosing.has(id);
    // Joining a sign-in in progress opens no window.
    if (isMine && !call.takeClick()) throw otherwise;
    try {
      if (isMine) choosing.set(id, choose(id, call.sender.origin));
      const upstream = await choosing.get(id);
      // The page may have gone while the user chose. A page that only joined spent no click, so it begins no sign-in.
      if (isMine ? !call.alive() : !signIn.isRunning()) throw otherwise;
      const signedIn = signIn.run(upstream === undefined ? stepUp : { ...stepUp, upstream }, call.trace);
      if (isMine) choosing.delete(id);
      await signedIn;
    } catch (error) {
      if (isMine) choosing.delete(id);
      if (error instanceof LatchkeyError && error.code === 'user_denied') prompts.denied(call.sender.origin);
      throw error;
    }
  };

  return {
    async signIn(call) {
      if (!(await mayAsk(call))) throw notSignedIn();
      await openSignIn(call, notSignedIn());
    },
    async resolve(error, call, asks, stepUp) {
      if (!(error instanceof LatchkeyError) || !(await mayAsk(call))) throw error;
      if (error.interaction === 'sign_in') return openSignIn(call, error, stepUp);
      if (error instanceof BrokerError && error.interaction === 'step_up') return openSignIn(call, error, error.stepUp);
      if (error.interaction !== 'consent') throw error;
      const { origin, document, tabId } = call.sender;
      const { id: profile } = await call.profile();
      const question = { profile, origin, document, tabId, wanted: asks };
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
