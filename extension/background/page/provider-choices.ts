import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Windows } from '../../platform/windows.ts';
import type { ProviderView } from '../../protocol/ui.ts';
import { invalidRequest } from '../errors.ts';
import { noLongerOpen } from './consent-prompts.ts';

/** An open question: which provider to sign in with. */
export interface ProviderQuestion {
  /** The site whose page wants the user to sign in. */
  origin: string;
  providers: readonly ProviderView[];
}

export interface ProviderChoices {
  /**
   * Opens a window and waits for the choice. There is one at a time: another page joins it.
   *
   * @returns the name of the provider
   * @throws {LatchkeyError} `user_denied` if the user closed the window
   */
  ask(question: ProviderQuestion): Promise<string>;
  /** The question that a window shows, by its ID. */
  find(id: string): ProviderQuestion | undefined;
  /** @throws {LatchkeyError} `expired` if the question has ended, `invalid_request` if it has no such provider */
  answer(id: string, provider: string): void;
  /** Closing the window is a denial. */
  windowClosed(windowId: number): void;
}

const size = { width: 440, height: 480 };

/**
 * The window in which the user picks a provider, when a page's click starts a sign-in. It grants nothing. It isn't stored:
 * if the browser stops the background, the page that waits gets an error and the window says that it has expired.
 */
export function createProviderChoices({
  windows,
  newId,
}: {
  windows: Pick<Windows, 'openPopup' | 'close' | 'focus'>;
  newId(): string;
}): ProviderChoices {
  interface Open extends PromiseWithResolvers<string> {
    id: string;
    question: ProviderQuestion;
    windowId?: number;
  }
  let open: Open | undefined;

  const show = async (question: ProviderQuestion): Promise<string> => {
    const mine: Open = { ...Promise.withResolvers<string>(), id: newId(), question };
    // The window may close before anything awaits the answer.
    mine.promise.catch(() => undefined);
    open = mine;
    try {
      mine.windowId = await windows.openPopup(`ui/provider.html#${mine.id}`, size);
      // Before the window's ID was known, no event could match it.
      if (!(await windows.focus(mine.windowId))) throw closed();
      return await mine.promise;
    } finally {
      open = undefined;
      if (mine.windowId !== undefined) await windows.close(mine.windowId);
    }
  };

  return {
    async ask(question) {
      if (!open) return show(question);
      if (open.windowId !== undefined) await windows.focus(open.windowId);
      return open.promise;
    },
    find: (id) => (open?.id === id ? open.question : undefined),
    answer(id, provider) {
      if (open?.id !== id) throw noLongerOpen();
      if (!open.question.providers.some(({ name }) => name === provider)) {
        throw invalidRequest('there is no such provider');
      }
      open.resolve(provider);
    },
    windowClosed(windowId) {
      if (open?.windowId === windowId) open.reject(closed());
    },
  };
}

const closed = (): LatchkeyError =>
  new LatchkeyError({ code: 'user_denied', message: 'the person closed the window without a choice' });
