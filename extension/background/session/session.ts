import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { Account, Decisions, SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { Keys } from '../../platform/keys.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
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

/** What the extension remembers of the session; the broker alone decides. */
export type Known =
  | {
      signedIn: false;
      logoutUrl?: string | undefined;
      lapsed?: Account | undefined;
      /** Origins of the sites that had access to what has lapsed. */
      connected?: string[] | undefined;
    }
  | { signedIn: true; answer: SessionAnswer; etag: string | undefined; checkedAt: number };

/** An account that was signed in, whose session takes a new sign-in to go on, and whose session nobody has ended. */
export interface Lapsed {
  account: Account;
  /** Whether the session itself has run out, and not only the provider's grant. */
  over: boolean;
}

export interface SessionDeps {
  client: BrokerClient;
  keys: Pick<Keys, 'load' | 'erase'>;
  known: StoredValue<Known>;
  tokens: TokenCache;
  events: PageEvents;
  /** Somebody is signed in who was not known to be; runs before anything of the session can be seen. */
  signedIn(account: Account): Promise<void>;
  /** While a sign-in is on its way the key is already the next session's: it must not be erased. */
  signingIn(): Promise<boolean>;
  now: Clock;
}

export interface Session {
  /** What is known of the session, without asking anybody. */
  known(): Promise<SessionAnswer | undefined>;
  /** The session, from memory where it is known; asks the broker once after a start of the browser. */
  current(): Promise<SessionAnswer | undefined>;
  /** Asks the broker where what is known is older than `maxAgeMs`. Pages hear of what has changed. */
  refreshed(maxAgeMs: number): Promise<SessionAnswer | undefined>;
  /** Where the provider's own session can be ended too, after a sign-out. */
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
   * Asks the broker since it said that something changed.
   *
   * @param voidTokens what is in the tokens may have changed although the session looks the same
   */
  check(voidTokens: boolean): Promise<void>;
  /**
   * The broker has said that a session is over: forgets it, if it is still the one that is known.
   *
   * @param createdAt when that session began, as the broker dates it
   */
  over(createdAt: number): Promise<void>;
  /** Runs a call of the session and ends the session here if the broker says that it has ended there. */
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

/** Keeps account, policy and consents as the broker last told them. */
export function createSession(deps: SessionDeps): Session {
  const { client, keys, known, tokens, events, now } = deps;
  const flights = createSingleFlight<SessionAnswer | undefined>();
  const inTurn = createSerialQueue();

  const forget = async (key: 'erase' | 'keep', left: Omit<SignedOut, 'signedIn'>): Promise<void> => {
    // Forget first: whatever fails after this line, no token is given out any more.
    await known.set({ signedIn: false, ...left });
    await tokens.clear();
    // Pages hear of it without waiting for the disk, from which the key is erased.
    await Promise.all([key === 'erase' ? keys.erase() : undefined, events.reset('session')]);
  };
  /** Nobody signed out here: it is the broker that says so. */
  const lapse = async (ended: boolean): Promise<void> => {
    const last = ended ? undefined : answerOf(await known.get());
    const left = last && { lapsed: last.account, connected: connectedIn(last) };
    await forget((await deps.signingIn()) ? 'keep' : 'erase', left ?? {});
  };

  /** Changes what is known, if it is still the session of that epoch. */
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
      // A late answer about the session before says nothing about the one that has begun since.
      const stillThatSession = epoch === (await events.epoch());
      if (stillThatSession && isBrokerError(error, 'invalid_session')) {
        await inTurn(() => lapse(error instanceof BrokerError && error.ended));
      } else if (stillThatSession && isBrokerError(error, 'login_required')) {
        await change(epoch, (old) => withState(old, 'reauth_required'));
        await events.hint('session');
      } else if (stillThatSession && isBrokerError(error, 'account_selection_required')) {
        // A sign-in whose end this background has not seen, or not yet.
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
    // Tokens go first and pages hear of it even if the broker can't be told: less access is always safe.
    await tokens.clear(origin);
    await events.reset('access', origin);
    await decide(answered);
    // Once more, for a token that the broker gave in between.
    await tokens.clear(origin);
    await events.reset('access', origin);
  };

  const lost = async (before: SessionAnswer, after: SessionAnswer): Promise<void> => {
    await tokens.clear();
    await events.reset(before.session.state === after.session.state ? 'access' : 'session');
  };

  /** Asks the broker, and tells pages where they have lost or gained something since it was asked last. */
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
    // Of an answer from the future nobody can tell how old it is: the clock was put back since.
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
      // Not joined to a flight: one that left earlier may know less than the event.
      const after = await ask();
      // Where it has ended there, `guard` has told the pages.
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
      // Here at once, and for good: however long the broker takes, and whatever is stopped or closed meanwhile.
      const epoch = await inTurn(async () => {
        await forget('erase', {});
        return events.epoch();
      });
      if (!key) return;
      // Unreachable, or over already: without its key the session is of no use to anybody, and it ends at the broker when idle.
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
