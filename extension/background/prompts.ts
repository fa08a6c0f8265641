import { LatchkeyError } from '#shared/errors.ts';
import type { Clock } from '#shared/time.ts';
import type { Area } from '../platform/slot.ts';
import type { Windows } from '../platform/windows.ts';

/** One question to the person, on its way. */
export interface Prompt {
  id: string;
  /** Id of the profile whose access is asked for. */
  profile: string;
  origin: string;
  resource: string;
  /** Only what is not granted yet. */
  scopes: string[];
  windowId?: number | undefined;
}

export type Question = Omit<Prompt, 'id' | 'windowId'>;

export interface PromptsDeps {
  area: Area;
  windows: Windows;
  /** What "Allow" does. */
  grant(prompt: Prompt): Promise<void>;
  newId(): string;
  now: Clock;
}

export interface Prompts {
  /**
   * Asks the person and waits for the answer; one question per origin at a time.
   *
   * @throws {LatchkeyError} `user_denied`
   */
  ask(question: Question): Promise<void>;
  /** What a consent window shows, by its id. */
  find(id: string): Promise<Prompt | undefined>;
  /** The person chooses another account than the site has; it is asked for that one's access then. */
  chooseAccount(id: string, profile: string): Promise<void>;
  /** @throws {LatchkeyError} `expired` where the question is over, or why the grant failed: the window stays and may try again */
  answer(id: string, allow: boolean): Promise<void>;
  /** Closing the window is a no. */
  windowClosed(windowId: number): Promise<void>;
  /** A no, to a sign-in window too: the same origin is not heard again for some seconds. */
  denied(origin: string): void;
  /** @throws {LatchkeyError} `user_denied` while a no is fresh */
  requireNoRecentDenial(origin: string): void;
}

/** Longer than a click counts as activation in any browser (5 s): a no can't be answered by the click that led to it. */
const quietMs = 8_000;
const size = { width: 440, height: 560 };
const prefix = 'prompt:';

/**
 * The consent windows. Questions are stored, so that one whose background was stopped can still be
 * answered: the grant is then there when the page asks again.
 */
export function createPrompts({ area, windows, grant, newId, now }: PromptsDeps): Prompts {
  const waiting = new Map<string, (error?: LatchkeyError) => void>();
  const busy = new Map<string, Promise<void>>();
  const denials = new Map<string, number>();

  const find = async (id: string) => (await area.get(prefix + id)) as Prompt | undefined;

  const stored = async (): Promise<Prompt[]> => {
    const keys = (await area.keys()).filter((key) => key.startsWith(prefix));
    const found = await Promise.all(keys.map((key) => find(key.slice(prefix.length))));
    return found.filter((prompt) => prompt !== undefined);
  };

  /** Takes up a question whose window outlived the background, or opens a new one; ends when it is answered. */
  const show = async (question: Question): Promise<void> => {
    for (const left of await stored()) {
      if (left.origin !== question.origin || left.windowId === undefined) continue;
      const same =
        left.profile === question.profile &&
        left.resource === question.resource &&
        left.scopes.join(' ') === question.scopes.join(' ');
      if (same && (await windows.focus(left.windowId))) return wait(left.id);
      await area.remove(prefix + left.id);
      await windows.close(left.windowId);
    }
    const prompt: Prompt = { id: newId(), ...question };
    await area.set(prefix + prompt.id, prompt);
    const answered = wait(prompt.id);
    const windowId = await windows.openPopup(`ui/consent.html#${prompt.id}`, size);
    await area.set(prefix + prompt.id, { ...prompt, windowId });
    // Closed before its id was written down: nobody else would notice.
    if (!(await windows.focus(windowId))) await over(prompt, denial('the person closed the window'));
    return answered;
  };

  const wait = (id: string): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.set(id, (error) => (error ? reject(error) : resolve()));
    return promise;
  };

  const over = async (prompt: Prompt, error?: LatchkeyError): Promise<void> => {
    await area.remove(prefix + prompt.id);
    if (error) denials.set(prompt.origin, now());
    waiting.get(prompt.id)?.(error);
    waiting.delete(prompt.id);
  };

  const requireNoRecentDenial = (origin: string): void => {
    const at = denials.get(origin);
    if (at !== undefined && now() - at < quietMs) throw denial('the person has just said no');
  };

  const askNow = async (question: Question): Promise<void> => {
    requireNoRecentDenial(question.origin);
    await show(question);
  };

  return {
    find,
    requireNoRecentDenial,
    denied: (origin) => void denials.set(origin, now()),
    async ask(question) {
      const before = busy.get(question.origin) ?? Promise.resolve();
      const turn = before.catch(() => undefined).then(() => askNow(question));
      busy.set(question.origin, turn);
      try {
        await turn;
      } finally {
        if (busy.get(question.origin) === turn) busy.delete(question.origin);
      }
    },
    async chooseAccount(id, profile) {
      const prompt = await find(id);
      if (prompt) await area.set(prefix + id, { ...prompt, profile });
    },
    async answer(id, allow) {
      const prompt = await find(id);
      if (!prompt) throw new LatchkeyError({ code: 'expired', message: 'this question is no longer open' });
      if (allow) await grant(prompt);
      await over(prompt, allow ? undefined : denial('the person said no'));
      // In Firefox a page can't close a window that it didn't open.
      if (prompt.windowId !== undefined) await windows.close(prompt.windowId);
    },
    async windowClosed(windowId) {
      const prompt = (await stored()).find((open) => open.windowId === windowId);
      if (prompt) await over(prompt, denial('the person closed the window'));
    },
  };
}

const denial = (message: string): LatchkeyError => new LatchkeyError({ code: 'user_denied', message });
