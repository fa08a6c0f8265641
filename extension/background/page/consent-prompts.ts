import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { parseScope, scopeKey } from '@latchkey/shared/scope.ts';
import type { Consent, SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { Area } from '../../platform/stored-value.ts';
import type { Windows } from '../../platform/windows.ts';
import type { ConsentChoice } from '../../protocol/ui.ts';
import { createSerialQueue } from '../serial-queue.ts';
import type { Session } from '../session/session.ts';
import { consentedScopes, isConsented, isRefused, refusal, takenBack } from '../session/site-policy.ts';

/** One question to the person, on its way. */
export interface ConsentPrompt {
  id: string;
  /** Id of the profile whose access is asked for. */
  profile: string;
  origin: string;
  resource: string;
  /** Only what is not granted yet. */
  scopes: string[];
  /** What the site had when it asked: who takes that back meanwhile doesn't want to be asked for more. */
  had: Consent[];
  windowId?: number | undefined;
}

export type Question = Pick<ConsentPrompt, 'profile' | 'origin' | 'resource' | 'scopes'>;

export interface ConsentPromptsDeps {
  area: Area;
  windows: Windows;
  /** Of a profile. @throws {LatchkeyError} `expired` where that is gone */
  sessionOf(profile: string): Promise<Pick<Session, 'known' | 'current' | 'refreshed' | 'grant' | 'refuse'>>;
  /** The person has allowed a site something with this profile: it is the site's from now on. */
  given(allowed: Pick<ConsentPrompt, 'profile' | 'origin'>): Promise<void>;
  newId(): string;
  now: Clock;
}

export interface ConsentPrompts {
  /**
   * Asks the person and waits for the answer; one question per origin at a time.
   *
   * @throws {LatchkeyError} `user_denied`
   */
  ask(question: Question): Promise<void>;
  /** What a consent window shows, by its id. */
  find(id: string): Promise<ConsentPrompt | undefined>;
  /** The person chooses another account than the site has; it is asked for that one's access then. */
  chooseAccount(id: string, profile: string): Promise<void>;
  /** @throws {LatchkeyError} `expired` where the question is over, or why what was chosen failed: the window stays and may try again */
  answer(id: string, choice: ConsentChoice): Promise<void>;
  /** Something has changed: ends the questions that this has answered, and closes their windows. */
  review(): Promise<void>;
  /** Closing the window is a no. */
  windowClosed(windowId: number): Promise<void>;
  /** A no, to a sign-in window too: the same origin is not heard again for some seconds. */
  denied(origin: string): void;
  /** @throws {LatchkeyError} `user_denied` while a no is fresh */
  requireNoRecentDenial(origin: string): void;
}

/** Longer than a click counts as activation in any browser (5 s): a no can't be answered by the click that led to it. */
const quietMs = 8_000;
const size = { width: 440, height: 600 };
const prefix = 'prompt:';

/**
 * The consent windows. Questions are stored, so that one whose background was stopped can still be
 * answered: the grant is then there when the page asks again.
 */
export function createConsentPrompts({
  area,
  windows,
  sessionOf,
  given,
  newId,
  now,
}: ConsentPromptsDeps): ConsentPrompts {
  // What the person does in a window counts in the order in which they did it.
  const inTurn = createSerialQueue();
  /** What is being carried out changes the session itself. */
  const answering = new Set<string>();
  const waiting = new Map<string, (error?: LatchkeyError) => void>();
  const busy = new Map<string, Promise<void>>();
  const denials = new Map<string, number>();

  const find = async (id: string) => (await area.get(prefix + id)) as ConsentPrompt | undefined;

  const stored = async (): Promise<ConsentPrompt[]> => {
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
    const session = await (await sessionOf(question.profile)).refreshed(0);
    // Answered already: behind another question, or in another browser.
    if (session && isConsented(session, question)) return;
    const prompt: ConsentPrompt = { id: newId(), ...question, had: consentsAt(session, question.origin) };
    const outcome = outcomeOf(prompt, session);
    if (outcome?.error) throw outcome.error;
    await area.set(prefix + prompt.id, prompt);
    const answered = wait(prompt.id);
    const windowId = await windows.openPopup(`ui/consent.html#${prompt.id}`, size);
    const shown = { ...prompt, windowId };
    await area.set(prefix + prompt.id, shown);
    // Over, or its window closed, before the window's id was written down: nobody else would notice.
    if (!waiting.has(prompt.id)) await end(shown);
    else if (!(await windows.focus(windowId))) await over(prompt, denial('the person closed the window'));
    return answered;
  };

  const wait = (id: string): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.set(id, (error) => (error ? reject(error) : resolve()));
    return promise;
  };

  const over = async (prompt: ConsentPrompt, error?: LatchkeyError): Promise<void> => {
    await area.remove(prefix + prompt.id);
    if (error?.code === 'user_denied') denials.set(prompt.origin, now());
    waiting.get(prompt.id)?.(error);
    waiting.delete(prompt.id);
  };

  const end = async (prompt: ConsentPrompt, error?: LatchkeyError): Promise<void> => {
    await over(prompt, error);
    // In Firefox a page can't close a window that it didn't open.
    if (prompt.windowId !== undefined) await windows.close(prompt.windowId);
  };

  const carryOut = async (
    choice: ConsentChoice,
    { profile, origin, resource, scopes }: ConsentPrompt,
  ): Promise<void> => {
    const session = await sessionOf(profile);
    if (choice === 'never') await session.refuse(origin);
    if (choice !== 'allow') return;
    await session.grant({ origin, resource, scope: scopeKey(scopes) });
    await given({ profile, origin });
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
    chooseAccount: (id, profile) =>
      inTurn(async () => {
        const session = await (await sessionOf(profile)).current();
        // Looked at last: it may have ended while the broker was asked.
        const prompt = await find(id);
        if (prompt) await area.set(prefix + id, { ...prompt, profile, had: consentsAt(session, prompt.origin) });
      }),
    answer: (id, choice) =>
      inTurn(async () => {
        const prompt = await find(id);
        if (!prompt) throw new LatchkeyError({ code: 'expired', message: 'this question is no longer open' });
        answering.add(id);
        try {
          await carryOut(choice, prompt);
          await end(prompt, noOf[choice]());
        } finally {
          answering.delete(id);
        }
      }),
    async review() {
      for (const prompt of await stored()) {
        if (answering.has(prompt.id)) continue;
        const session = await sessionOf(prompt.profile).catch(() => undefined);
        const outcome = outcomeOf(prompt, await session?.known());
        if (outcome) await end(prompt, outcome.error);
      }
    },
    async windowClosed(windowId) {
      const prompt = (await stored()).find((open) => open.windowId === windowId);
      if (prompt) await over(prompt, denial('the person closed the window'));
    },
  };
}

const noOf: Record<ConsentChoice, () => LatchkeyError | undefined> = {
  allow: () => undefined,
  not_now: () => denial('the person said no'),
  never: refusal,
};

const consentsAt = (session: SessionAnswer | undefined, origin: string): Consent[] =>
  (session?.consents ?? []).filter((consent) => consent.origin === origin);

/** How a question has ended by what became of the session since, in this browser or another; `undefined` where it is still open. */
function outcomeOf(
  { origin, resource, scopes, had }: ConsentPrompt,
  session: SessionAnswer | undefined,
): { error?: LatchkeyError } | undefined {
  if (!session) {
    const message = 'the person signed out instead of answering';
    return { error: new LatchkeyError({ code: 'not_signed_in', message, interaction: 'sign_in' }) };
  }
  if (isRefused(session, origin)) return { error: refusal() };
  const has = (at: string, all: readonly string[]) => isConsented(session, { origin, resource: at, scopes: all });
  if (!had.every((one) => has(one.resource, parseScope(one.scope)))) return { error: takenBack() };
  // What an account had when it was chosen is no answer: that is the person's to give.
  const before = consentedScopes(had, origin, resource);
  return has(resource, scopes) && !scopes.every((scope) => before.has(scope)) ? {} : undefined;
}

const denial = (message: string): LatchkeyError => new LatchkeyError({ code: 'user_denied', message });
