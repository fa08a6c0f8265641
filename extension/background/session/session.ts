import type { LatchkeyError } from '@latchkey/shared/errors.ts';
import {
  type Account,
  account,
  type Decisions,
  type SessionAnswer,
  sessionAnswer,
} from '@latchkey/shared/session-api.ts';
import type { ConsentRequest } from '@latchkey/shared/session-requests.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as v from 'valibot';
import type { Keys } from '../../platform/keys.ts';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import { BrokerError, isBrokerError } from '../broker/broker-error.ts';
import { busy, expired } from '../errors.ts';
import { createSerialQueue } from '../serial-queue.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { TokenCache } from '../tokens/token-cache.ts';
import { changedAccess, lostAccess } from './access-diff.ts';
import type { PageEvents } from './page-events.ts';
import { isConnected } from './site-policy.ts';

/** What the user allows a site, all or nothing. */
type Allowed = Extract<ConsentRequest, { resource: string }>;

type SignedIn = Extract<Known, { signedIn: true }>;
type SignedOut = Extract<Known, { signedIn: false }>;

/** The extension's cached view of the session. The broker is authoritative. */
export type Known =
  | {
      signedIn: false;
      logoutUrl?: string | undefined;
      lapsed?: Account | undefined;
      /** Origins of the sites that had access when the session lapsed. */
      connected?: string[] | undefined;
    }
  | { signedIn: true; answer: SessionAnswer; etag?: string | undefined; checkedAt: number };

export const knownSession: Schema<Known> = v.union([
  v.object({
    signedIn: v.literal(false),
    logoutUrl: v.optional(v.string()),
    lapsed: v.optional(account),
    connected: v.optional(v.array(v.string())),
  }),
  v.object({ signedIn: v.literal(true), answer: sessionAnswer, etag: v.optional(v.string()), checkedAt: v.number() }),
]);

/** An account whose session needs a new sign-in to continue. Nobody ended the session on purpose. */
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
  /** A previously unknown user is signed in. Runs before any part of the session is visible. */
  signedIn(account: Account): Promise<void>;
  /** Whether a sign-in is in progress. The key then belongs to the next session and must not be erased. */
  signingIn(): Promise<boolean>;
  now: Clock;
}

export interface Session {
  /** The cached session, without a request to the broker. */
  known(): Promise<SessionAnswer | undefined>;
  /** The session, cached if possible. Asks the broker once per browser start. */
  current(): Promise<SessionAnswer | undefined>;
  /** Asks the broker if the cached state is older than `maxAgeMs`. Notifies pages of changes. */
  refreshed(maxAgeMs: number): Promise<SessionAnswer | undefined>;
  /** After a sign-out: the URL that ends the session at the provider, if there is one. */
  logoutUrl(): Promise<string | undefined>;
  lapsed(): Promise<Lapsed | undefined>;
  /** Whether a site has access, or had it when the session lapsed. */
  isConnected(origin: string): Promise<boolean>;
  /**
   * Switches to a session that has just begun.
   *
   * @param silentFor for a sign-in without user interaction: `sub` of the account whose session it continues
   * @throws {LatchkeyError} `expired` if the user ended that session in the meantime, or a different account signed in
   */
  begin(answer: SessionAnswer, silentFor?: string): Promise<void>;
  /**
   * Asks the broker after it announced a change.
   *
   * @param voidTokens whether to discard tokens: their contents may have changed even if the session looks the same
   */
  check(voidTokens: boolean): Promise<void>;
  /**
   * The broker announced the end of a session. Forgets it if it is the current session.
   *
   * @param createdAt when the ended session began, by the broker's clock
   */
  over(createdAt: number): Promise<void>;
  /** Runs a call that uses the session. If the broker answers that the session has ended, ends it here, too. */
  guard<T>(call: () => Promise<T>): Promise<T>;
  /** @param sub the account that consents. The broker rejects the call for any other account */
  grant(consent: Allowed, sub: string): Promise<void>;
  revoke(consent: { origin: string; resource?: string | undefined }): Promise<void>;
  /** "Never": revokes a site's access and blocks it from asking again. @param sub as for `grant` */
  refuse(origin: string, sub: string): Promise<void>;
  /** Undoes a "never". @param sub as for `grant` */
  letAsk(origin: string, sub: string): Promise<void>;
  /** @param how `replaced` if another session of the same account takes over */
  signOut(how?: 'replaced'): Promise<void>;
}

/** Caches account, policy and consents from the broker's latest answer. */
export function createSession(deps: SessionDeps): Session {
  const { client, keys, known, tokens, events, now } = deps;
  const flights = createSingleFlight<SessionAnswer | undefined>();
  const inTurn = createSerialQueue();

  const forget = async (key: 'erase' | 'keep', left: Omit<SignedOut, 'signedIn'>): Promise<void> => {
    // Forget first. No more tokens are issued to pages, even if a later step fails.
    await known.set({ signedIn: false, ...left });
    await tokens.clear();
    // Notify pages in parallel: erasing the key from disk may be slow.
    await Promise.all([key === 'erase' ? keys.erase() : undefined, events.reset('session')]);
  };
  /** Handles a session that the broker reports as over, without a sign-out here. */
  const lapse = async (ended: boolean): Promise<void> => {
    const last = ended ? undefined : answerOf(await known.get());
    const left = last && { lapsed: last.account, connected: connectedIn(last) };
    await forget((await deps.signingIn()) ? 'keep' : 'erase', left ?? {});
  };

  /** Changes the cached state if the session of that epoch is still current. */
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
      // Ignore a late answer about a previous session.
      const stillThatSession = epoch === (await events.epoch());
      if (stillThatSession && isBrokerError(error, 'invalid_session')) {
        await inTurn(() => lapse(error instanceof BrokerError && error.ended));
      } else if (stillThatSession && isBrokerError(error, 'login_required')) {
        await change(epoch, (old) => withState(old, 'reauth_required'));
        await events.hint('session');
      } else if (stillThatSession && isBrokerError(error, 'account_selection_required')) {
        // A sign-in is still running, or this background missed its end.
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
    // Clear tokens and notify pages first, even if the broker is unreachable. Less access is always safe.
    await tokens.clear(origin);
    await events.reset('access', origin);
    await decide(answered);
    // Repeat it, because the broker may have issued a token in the meantime.
    await tokens.clear(origin);
    await events.reset('access', origin);
  };

  const lost = async (before: SessionAnswer, after: SessionAnswer): Promise<void> => {
    await tokens.clear();
    await events.reset(before.session.state === after.session.state ? 'access' : 'session');
  };

  /** Asks the broker, and notifies pages if they lost or gained access. */
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
    // If the answer is from the future, the clock was set back and its age is unknown.
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
      // Don't join a request in flight: it may have started before the event.
      const after = await ask();
      // If the session has ended, `guard` already notified the pages.
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
      // Sign out locally first. It must work even if the broker is slow, or the browser stops the background.
      const epoch = await inTurn(async () => {
        await forget('erase', {});
        return events.epoch();
      });
      if (!key) return;
      // This fails if the broker is unreachable or the session is already over. Without its key, nobody can use the
      // session, and the broker ends it after the idle timeout.
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

const signedOutMeanwhile = (): LatchkeyError => expired('the person signed out meanwhile');

const notThatAccount = (): LatchkeyError => expired('the sign-in came back with a different account: begin again');

const anotherAccount = (): LatchkeyError => busy('a different account signed in meanwhile; try again', 100);

const withState = (known: SignedIn, state: SessionAnswer['session']['state']): SignedIn => ({
  ...known,
  answer: { ...known.answer, session: { ...known.answer.session, state } },
});
