import { LatchkeyError } from '@latchkey/shared/errors.ts';
import {
  type Account,
  account,
  type Decisions,
  type SessionAnswer,
  sessionAnswer,
} from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import type { Keys } from '../../platform/keys.ts';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import { BrokerError, isBrokerError } from '../broker/broker-error.ts';
import { createSerialQueue } from '../serial-queue.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { TokenCache } from '../tokens/token-cache.ts';
import { changedAccess, lostAccess } from './access-diff.ts';
import type { PageEvents } from './page-events.ts';
import { isConnected } from './site-policy.ts';

type SignedIn = Extract<Known, { signedIn: true }>;
type SignedOut = Extract<Known, { signedIn: false }>;

/** What the extension remembers of the session. Only the broker decides. */
export type Known =
  | {
      signedIn: false;
      logoutUrl?: string | undefined;
      lapsed?: Account | undefined;
      /** Origins of the sites that had access to what has lapsed. */
      connected?: string[] | undefined;
    }
  | { signedIn: true; answer: SessionAnswer; etag?: string | undefined; checkedAt: number };

export const knownSession: Schema<Known> = v.variant('signedIn', [
  v.object({
    signedIn: v.literal(false),
    logoutUrl: v.optional(v.string()),
    lapsed: v.optional(account),
    connected: v.optional(v.array(v.string())),
  }),
  v.object({ signedIn: v.literal(true), answer: sessionAnswer, etag: v.optional(v.string()), checkedAt: v.number() }),
]);

/** A signed-in account whose session needs a new sign-in to continue. Nobody has ended this session. */
export interface Lapsed {
  account: Account;
  /** Whether the session itself has expired, and not only the provider's grant. */
  over: boolean;
}

export interface SessionDeps {
  client: BrokerClient;
  keys: Pick<Keys, 'load' | 'erase'>;
  known: StoredValue<Known>;
  tokens: TokenCache;
  events: PageEvents;
  /** A user is signed in who wasn't known. Runs before anything of the session is visible. */
  signedIn(account: Account): Promise<void>;
  /** During a sign-in the key already belongs to the next session. It must not be erased. */
  signingIn(): Promise<boolean>;
  now: Clock;
}

export interface Session {
  /** What is known of the session, without asking the broker. */
  known(): Promise<SessionAnswer | undefined>;
  /** The session, from memory if it is known. Asks the broker once per start of the browser. */
  current(): Promise<SessionAnswer | undefined>;
  /** Asks the broker if the known state is older than `maxAgeMs`. Pages hear of changes. */
  refreshed(maxAgeMs: number): Promise<SessionAnswer | undefined>;
  /** After a sign-out: the URL that ends the provider's own session, if there is one. */
  logoutUrl(): Promise<string | undefined>;
  lapsed(): Promise<Lapsed | undefined>;
  /** Whether a site has access, or had when the session lapsed. */
  isConnected(origin: string): Promise<boolean>;
  /**
   * Takes over a session that has just begun.
   *
   * @param silentFor `sub` of the account whose session it goes on with, where nobody was asked
   * @throws {LatchkeyError} `expired` where the person has ended that session meanwhile, or it is another account's
   */
  begin(answer: SessionAnswer, silentFor?: string): Promise<void>;
  /**
   * Asks the broker, which has said that something changed.
   *
   * @param voidTokens the content of tokens may have changed, even if the session looks the same
   */
  check(voidTokens: boolean): Promise<void>;
  /**
   * The broker has said that a session is over. Forgets it, if it is the known session.
   *
   * @param createdAt when that session began, by the broker's clock
   */
  over(createdAt: number): Promise<void>;
  /** Runs a call of the session. If the broker says that the session has ended, ends it here, too. */
  guard<T>(call: () => Promise<T>): Promise<T>;
  /** @param sub whose consent it is; the broker refuses it for any other account */
  grant(consent: { origin: string; resource: string; scope: string }, sub: string): Promise<void>;
  revoke(consent: { origin: string; resource?: string | undefined }): Promise<void>;
  /** "Never": takes back what a site has, and it may not ask again. @param sub as for `grant` */
  refuse(origin: string, sub: string): Promise<void>;
  /** Takes a "never" back. @param sub as for `grant` */
  letAsk(origin: string, sub: string): Promise<void>;
  /** @param how `replaced`: by another session of the same account */
  signOut(how?: 'replaced'): Promise<void>;
}

/** Keeps account, policy and consents as the broker last sent them. */
export function createSession(deps: SessionDeps): Session {
  const { client, keys, known, tokens, events, now } = deps;
  const flights = createSingleFlight<SessionAnswer | undefined>();
  const inTurn = createSerialQueue();

  const forget = async (key: 'erase' | 'keep', left: Omit<SignedOut, 'signedIn'>): Promise<void> => {
    // Forget first: whatever fails after this line, no more tokens are handed out.
    await known.set({ signedIn: false, ...left });
    await tokens.clear();
    // Pages hear of it without waiting for the disk, which erases the key.
    await Promise.all([key === 'erase' ? keys.erase() : undefined, events.reset('session')]);
  };
  /** Nobody signed out here. The broker says that the session is over. */
  const lapse = async (ended: boolean): Promise<void> => {
    const last = ended ? undefined : answerOf(await known.get());
    const left = last && { lapsed: last.account, connected: connectedIn(last) };
    await forget((await deps.signingIn()) ? 'keep' : 'erase', left ?? {});
  };

  /** Changes the known state, if the session of that epoch is still the current one. */
  const change = (epoch: string, next: (answer: SignedIn) => SignedIn): Promise<void> =>
    inTurn(async () => {
      const old = await known.get();
      if (old?.signedIn && epoch === (await events.epoch())) await known.set(next(old));
    });

  const guard = async <T>(call: () => Promise<T>): Promise<T> => {
    const epoch = await events.epoch();
    try {
      return await call();
    } catch (error) {
      // A late answer about the previous session says nothing about the current one.
      const stillThatSession = epoch === (await events.epoch());
      if (stillThatSession && isBrokerError(error, 'invalid_session')) {
        await inTurn(() => lapse(error instanceof BrokerError && error.ended));
      } else if (stillThatSession && isBrokerError(error, 'login_required')) {
        await change(epoch, (old) => withState(old, 'reauth_required'));
        await events.hint('session');
      } else if (stillThatSession && isBrokerError(error, 'account_selection_required')) {
        // This background has missed the end of a sign-in, or it is still running.
        await ask();
        throw anotherAccount();
      }
      throw error;
    }
  };

  const decide = async (answered: () => Promise<Decisions>): Promise<void> => {
    const epoch = await events.epoch();
    const decisions = await guard(answered);
    await change(epoch, (old) => ({ ...old, etag: undefined, answer: { ...old.answer, ...decisions } }));
  };

  const takeAway = async (origin: string, answered: () => Promise<Decisions>): Promise<void> => {
    // Remove tokens and tell pages first, even if the broker can't be reached: less access is always safe.
    await tokens.clear(origin);
    await events.reset('access', origin);
    await decide(answered);
    // Again, for a token that the broker sent in the meantime.
    await tokens.clear(origin);
    await events.reset('access', origin);
  };

  const lost = async (before: SessionAnswer, after: SessionAnswer): Promise<void> => {
    await tokens.clear();
    await events.reset(before.session.state === after.session.state ? 'access' : 'session');
  };

  /** Asks the broker, and tells pages what they have lost or gained since. */
  const ask = async (): Promise<SessionAnswer | undefined> => {
    const before = await known.get();
    const epoch = await events.epoch();
    try {
      const fresh = await guard(() => client.getSession(before?.signedIn ? before.etag : undefined));
      const isNews = await inTurn(async () => {
        if (epoch !== (await events.epoch())) return false;
        if (fresh) {
          const { account } = fresh.answer;
          if (account.sub !== answerOf(before)?.account.sub) await deps.signedIn(account);
          await known.set({ signedIn: true, ...fresh, checkedAt: now() });
        } else if (before?.signedIn) await known.set({ ...before, checkedAt: now() });
        return true;
      });
      if (isNews && fresh && before?.signedIn) {
        if (lostAccess(before.answer, fresh.answer)) await lost(before.answer, fresh.answer);
        else if (changedAccess(before.answer, fresh.answer)) await events.hint('access');
      }
    } catch (error) {
      if (!isBrokerError(error, 'invalid_session')) throw error;
    }
    return answerOf(await known.get());
  };

  const refreshed = async (maxAgeMs: number): Promise<SessionAnswer | undefined> => {
    const old = await known.get();
    if (old && !old.signedIn) return undefined;
    // The age of an answer from the future is unknown: the clock was set back.
    const isYoung = old?.signedIn && Math.abs(now() - old.checkedAt) < maxAgeMs;
    if (isYoung && now() < old.answer.session.expires_at * 1_000) return old.answer;
    if (old || (await keys.load())) return flights.run('session', ask);
    await known.set({ signedIn: false });
    return undefined;
  };

  const lapsed = async (): Promise<Lapsed | undefined> => {
    const last = await known.get();
    if (!last?.signedIn) return last?.lapsed && { account: last.lapsed, over: true };
    const { account, session } = last.answer;
    return session.state === 'reauth_required' ? { account, over: false } : undefined;
  };

  return {
    known: async () => answerOf(await known.get()),
    current: () => refreshed(Number.POSITIVE_INFINITY),
    refreshed,
    async logoutUrl() {
      const last = await known.get();
      return last?.signedIn === false ? last.logoutUrl : undefined;
    },
    lapsed,
    async isConnected(origin) {
      const last = await known.get();
      return (last?.signedIn ? connectedIn(last.answer) : (last?.connected ?? [])).includes(origin);
    },
    begin: (answer, silentFor) =>
      inTurn(async () => {
        if (silentFor === undefined) await deps.signedIn(answer.account);
        else if ((await lapsed())?.account.sub !== silentFor) throw signedOutMeanwhile();
        else if (answer.account.sub !== silentFor) throw notThatAccount();
        await tokens.clear();
        await known.set({ signedIn: true, answer, etag: undefined, checkedAt: now() });
        await events.reset('session');
      }),
    over: (createdAt) =>
      inTurn(async () => {
        if (answerOf(await known.get())?.session.created_at !== createdAt) return;
        await lapse(true);
      }),
    async check(voidTokens) {
      const before = answerOf(await known.get());
      // Don't join a running request: it may have started before the event.
      const after = await ask();
      // If the session has ended, `guard` has told the pages.
      if (voidTokens && before && after) await lost(before, after);
    },
    guard,
    async grant(consent, sub) {
      await decide(() => client.decide(consent, sub));
      await events.hint('access', consent.origin);
    },
    revoke: (consent) => takeAway(consent.origin, () => client.revokeConsent(consent)),
    refuse: (origin, sub) => takeAway(origin, () => client.decide({ decision: 'never', origin }, sub)),
    async letAsk(origin, sub) {
      await decide(() => client.decide({ decision: 'ask', origin }, sub));
      await events.hint('access', origin);
    },
    async signOut(how) {
      const key = await keys.load();
      // Sign out here at once, however long the broker takes and whatever is stopped or closed meanwhile.
      const epoch = await inTurn(async () => {
        await forget('erase', {});
        return events.epoch();
      });
      if (!key) return;
      // The broker is unreachable, or the session is already over. Without its key nobody can use the session, and it
      // ends at the broker when it has been idle for long enough.
      const { logout_url: logoutUrl } = await client.signOut(key, how).catch(() => ({ logout_url: undefined }));
      await inTurn(async () => {
        if (epoch === (await events.epoch())) await known.set({ signedIn: false, logoutUrl });
      });
    },
  };
}

const connectedIn = (answer: SessionAnswer): string[] =>
  answer.policy.sites.filter((site) => isConnected(answer, site)).map(({ origin }) => origin);

const answerOf = (known: Known | undefined): SessionAnswer | undefined => (known?.signedIn ? known.answer : undefined);

const signedOutMeanwhile = (): LatchkeyError =>
  new LatchkeyError({ code: 'expired', message: 'the person signed out meanwhile' });

const notThatAccount = (): LatchkeyError =>
  new LatchkeyError({ code: 'expired', message: 'the sign-in came back with a different account: begin again' });

const anotherAccount = (): LatchkeyError =>
  new LatchkeyError({
    code: 'busy',
    message: 'a different account signed in meanwhile; try again',
    retry_after_ms: 100,
  });

const withState = (known: SignedIn, state: SessionAnswer['session']['state']): SignedIn => ({
  ...known,
  answer: { ...known.answer, session: { ...known.answer.session, state } },
});
