import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { parseScope, scopeKey } from '@latchkey/shared/scope.ts';
import { type Consent, consent, type SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import { type Area, readStored, type Schema } from '../../platform/stored-value.ts';
import type { Windows } from '../../platform/windows.ts';
import type { ConsentChoice } from '../../protocol/ui.ts';
import { expired } from '../errors.ts';
import { createSerialQueue } from '../serial-queue.ts';
import type { Session } from '../session/session.ts';
import {
  type AccessAsk,
  consentedScopes,
  isConsented,
  isRefused,
  openScopes,
  refusal,
  takenBack,
} from '../session/site-policy.ts';

/** An open question to the user. */
export interface ConsentPrompt {
  id: string;
  /** ID of the profile whose access the site asks for. */
  profile: string;
  /** `sub` of the account that the window shows. Only this account can answer, even if the profile changes accounts. */
  sub: string;
  origin: string;
  /** The document that asked, and its tab. The question ends when the document is gone. */
  document: string;
  tabId: number;
  /** Each resource once, with the scopes that aren't granted yet. The user grants all of it, or nothing. */
  asks: AccessAsk[];
  /** Everything that the page uses, which another account may lack more of. */
  wanted: AccessAsk[];
  /** The site's access when it asked. If the user revokes any of it in the meantime, the question ends. */
  had: Consent[];
  windowId?: number | undefined;
}

const storedAsks = v.array(v.object({ origin: v.string(), resource: v.string(), scopes: v.array(v.string()) }));
const storedPrompt: Schema<ConsentPrompt> = v.object({
  id: v.string(),
  profile: v.string(),
  sub: v.string(),
  origin: v.string(),
  document: v.string(),
  tabId: v.number(),
  asks: storedAsks,
  wanted: storedAsks,
  had: v.array(consent),
  windowId: v.optional(v.number()),
});

export type Question = Pick<ConsentPrompt, 'profile' | 'origin' | 'document' | 'tabId' | 'wanted'>;

export interface ConsentPromptsDeps {
  area: Area;
  windows: Windows;
  /** The session of a profile. @throws {LatchkeyError} `expired` if the profile is gone */
  sessionOf(profile: string): Promise<Pick<Session, 'known' | 'current' | 'refreshed' | 'grant' | 'refuse'>>;
  /** The user granted a site access with this profile, which becomes the site's profile. */
  given(allowed: Pick<ConsentPrompt, 'profile' | 'origin'>): Promise<void>;
  /** Whether the document that asked is still in its tab. */
  isThere(page: Pick<ConsentPrompt, 'origin' | 'document' | 'tabId'>): Promise<boolean>;
  /** A question was asked, or has ended. */
  changed(): void;
  newId(): string;
  now: Clock;
}

export interface ConsentPrompts {
  /**
   * Asks the user and waits for the answer. Each origin has one question at a time.
   *
   * @param mayOpen whether the page may open a window. Called only if a window is needed, and only when it is the
   * question's turn, which may be minutes later
   * @returns whether the user was asked, or had already answered
   * @throws {LatchkeyError} `user_denied`, or `expired` if the account or the document is gone
   */
  ask(question: Question, mayOpen: () => Promise<boolean>): Promise<boolean>;
  /** Whether a page in this tab waits for the user's answer. */
  isAsking(tabId: number): Promise<boolean>;
  /** The question that a consent window shows, by its ID. */
  find(id: string): Promise<ConsentPrompt | undefined>;
  /** The user picks a different account for the site. From then on, the question is about that account's access. */
  chooseAccount(id: string, profile: string): Promise<void>;
  /**
   * @param shown `sub` of the account that the window showed
   * @throws {LatchkeyError} `expired` if the question has ended. Any other error means that the choice failed: the
   * window stays open and can try again
   */
  answer(id: string, choice: ConsentChoice, shown: string): Promise<void>;
  /** Call it after any change. Ends the questions that the change has settled, and closes their windows. */
  review(): Promise<void>;
  /** Ends the questions of a document that is gone, because nothing is left to receive the answer. */
  documentGone(document: string): Promise<void>;
  /** Closing the window counts as a denial. */
  windowClosed(windowId: number): Promise<void>;
  /** The user denied something, such as a sign-in. The origin can't ask again for a few seconds. */
  denied(origin: string): void;
  /** @throws {LatchkeyError} `user_denied` if the user denied something within the last few seconds */
  requireNoRecentDenial(origin: string): void;
}

/** Longer than user activation lasts in any browser (5 s), so the click behind a denial can't ask again. */
const quietMs = 8_000;
const size = { width: 440, height: 600 };
const prefix = 'prompt:';

/**
 * The consent windows. Questions are stored, so the user can answer even after the browser stopped the background. The
 * page gets the grant when it asks again.
 */
export function createConsentPrompts({
  area,
  windows,
  sessionOf,
  given,
  isThere,
  changed,
  newId,
  now,
}: ConsentPromptsDeps): ConsentPrompts {
  // The user's actions take effect in order.
  const inTurn = createSerialQueue();
  /** Questions whose answer is in progress. `review` skips them, because the answer itself changes the session. */
  const answering = new Set<string>();
  const waiting = new Map<string, (error?: LatchkeyError) => void>();
  const busy = new Map<string, Promise<boolean>>();
  const denials = new Map<string, number>();

  const find = async (id: string) => readStored(storedPrompt, await area.get(prefix + id));

  const stored = async (): Promise<ConsentPrompt[]> => {
    const keys = (await area.keys()).filter((key) => key.startsWith(prefix));
    const found = await Promise.all(keys.map((key) => find(key.slice(prefix.length))));
    return found.filter((prompt) => prompt !== undefined);
  };

  /** Reuses a window that outlived the background, or opens a new one. Resolves when the user answers. */
  const show = async (question: Question, mayOpen: () => Promise<boolean>): Promise<boolean> => {
    const session = await (await sessionOf(question.profile)).refreshed(0);
    const asks = openIn(session, question.wanted);
    // The user has already answered, in an earlier question or in another browser.
    if (asks.length === 0) return true;
    const { sub = '' } = session?.account ?? {};
    const prompt: ConsentPrompt = { id: newId(), ...question, asks, sub, had: consentsAt(session, question.origin) };
    const outcome = outcomeOf(prompt, session);
    if (outcome?.error) throw outcome.error;
    if (!(await mayOpen())) return false;
    for (const left of await stored()) {
      if (left.origin !== question.origin || left.windowId === undefined) continue;
      if (isSame(left, prompt) && (await windows.focus(left.windowId))) return wait(left.id);
      await area.remove(prefix + left.id);
      await windows.close(left.windowId);
    }
    await area.set(prefix + prompt.id, prompt);
    changed();
    const answered = wait(prompt.id);
    const windowId = await windows.openPopup(`ui/consent.html#${prompt.id}`, size);
    const shown = { ...prompt, windowId };
    await area.set(prefix + prompt.id, shown);
    // Before the window's ID was stored, no event could match it. Catch up on anything that ended the question.
    if (!waiting.has(prompt.id)) await end(shown);
    else if (!(await windows.focus(windowId))) await over(prompt, denial('the person closed the window'));
    else if (!(await isThere(question))) await end(shown, documentIsGone());
    return answered;
  };

  const wait = (id: string): Promise<true> => {
    const { promise, resolve, reject } = Promise.withResolvers<true>();
    waiting.set(id, (error) => (error ? reject(error) : resolve(true)));
    // The question may end while its window is still opening, when nothing awaits the answer yet.
    promise.catch(() => undefined);
    return promise;
  };

  const over = async (prompt: ConsentPrompt, error?: LatchkeyError): Promise<void> => {
    await area.remove(prefix + prompt.id);
    if (error?.code === 'user_denied') denials.set(prompt.origin, now());
    waiting.get(prompt.id)?.(error);
    waiting.delete(prompt.id);
    changed();
  };

  const end = async (prompt: ConsentPrompt, error?: LatchkeyError): Promise<void> => {
    await over(prompt, error);
    // In Firefox a page can't close a window that it didn't open.
    if (prompt.windowId !== undefined) await windows.close(prompt.windowId);
  };

  const carryOut = async (choice: ConsentChoice, { profile, sub, origin, asks }: ConsentPrompt): Promise<void> => {
    const session = await sessionOf(profile);
    if (choice === 'never') await session.refuse(origin, sub);
    if (choice !== 'allow') return;
    const [first, ...also] = asks.map(({ resource, scopes }) => ({ resource, scope: scopeKey(scopes) }));
    // Brokers without `also` accept a single resource, and refuse several.
    if (first) await session.grant({ origin, ...first, also: also.length > 0 ? also : undefined }, sub);
    await given({ profile, origin });
  };

  const requireNoRecentDenial = (origin: string): void => {
    const at = denials.get(origin);
    if (at !== undefined && now() - at < quietMs) throw denial('the person has just said no');
  };

  /** Why an unanswered question has ended. `undefined` if it is still open. */
  const endOf = async (prompt: ConsentPrompt): Promise<{ error?: LatchkeyError } | undefined> => {
    const session = await sessionOf(prompt.profile).catch(() => undefined);
    return outcomeOf(prompt, await session?.known());
  };

  return {
    find,
    isAsking: async (tabId) => (await stored()).some((prompt) => prompt.tabId === tabId),
    requireNoRecentDenial,
    denied: (origin) => void denials.set(origin, now()),
    async ask(question, mayOpen) {
      const before = busy.get(question.origin) ?? Promise.resolve();
      const turn = before
        .catch(() => undefined)
        .then(() => {
          requireNoRecentDenial(question.origin);
          return show(question, mayOpen);
        });
      busy.set(question.origin, turn);
      try {
        return await turn;
      } finally {
        if (busy.get(question.origin) === turn) busy.delete(question.origin);
      }
    },
    chooseAccount: (id, profile) =>
      inTurn(async () => {
        const session = await (await sessionOf(profile)).current();
        // Read it only now: the question may have ended during the broker call.
        const prompt = await find(id);
        if (!prompt || !session) return;
        const { sub } = session.account;
        const open = openIn(session, prompt.wanted);
        const asks = open.length > 0 ? open : prompt.asks;
        await area.set(prefix + id, { ...prompt, profile, sub, asks, had: consentsAt(session, prompt.origin) });
      }),
    answer: (id, choice, shown) =>
      inTurn(async () => {
        const prompt = await find(id);
        if (!prompt) throw noLongerOpen();
        if (choice !== 'not_now') {
          // The account was changed, but the window hasn't shown it yet.
          if (prompt.sub !== shown) throw new LatchkeyError({ code: 'busy', message: 'the account has changed' });
          const outcome = await endOf(prompt);
          const error = outcome ? outcome.error : (await isThere(prompt)) ? undefined : documentIsGone();
          if (outcome || error) {
            await end(prompt, error);
            throw noLongerOpen();
          }
        }
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
        const outcome = await endOf(prompt);
        if (outcome) await end(prompt, outcome.error);
      }
    },
    async documentGone(document) {
      for (const prompt of await stored()) {
        if (prompt.document === document && !answering.has(prompt.id)) await end(prompt, documentIsGone());
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

/** What of it isn't granted yet. */
const openIn = (session: SessionAnswer | undefined, wanted: AccessAsk[]): AccessAsk[] =>
  wanted.flatMap((ask) => {
    const scopes = session ? openScopes(session, ask) : ask.scopes;
    return scopes.length > 0 ? [{ ...ask, scopes }] : [];
  });

const consentsAt = (session: SessionAnswer | undefined, origin: string): Consent[] =>
  (session?.consents ?? []).filter((consent) => consent.origin === origin);

/** Whether a leftover window asks exactly the same question. */
const isSame = (left: ConsentPrompt, right: ConsentPrompt): boolean =>
  left.profile === right.profile &&
  left.sub === right.sub &&
  left.document === right.document &&
  JSON.stringify(left.asks) === JSON.stringify(right.asks);

/** How changes to the session, in this browser or another, settled a question. `undefined` if it is still open. */
function outcomeOf(
  { sub, origin, asks, had }: ConsentPrompt,
  session: SessionAnswer | undefined,
): { error?: LatchkeyError } | undefined {
  if (!session) {
    const message = 'the person signed out instead of answering';
    return { error: new LatchkeyError({ code: 'not_signed_in', message, interaction: 'sign_in' }) };
  }
  if (session.account.sub !== sub) {
    return { error: expired('another account signed in: ask again') };
  }
  if (isRefused(session, origin)) return { error: refusal() };
  const has = (ask: AccessAsk) => isConsented(session, ask);
  if (!had.every((one) => has({ ...one, scopes: parseScope(one.scope) }))) return { error: takenBack() };
  // Scopes that the account already had when the user chose it don't count as an answer.
  const hadAll = asks.every(({ resource, scopes }) => {
    const before = consentedScopes(had, origin, resource);
    return scopes.every((scope) => before.has(scope));
  });
  return asks.every(has) && !hadAll ? {} : undefined;
}

export const documentIsGone = (): LatchkeyError => expired('the document that asked is gone');

export const noLongerOpen = (): LatchkeyError => expired('this question is no longer open');

const denial = (message: string): LatchkeyError => new LatchkeyError({ code: 'user_denied', message });
