import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { AuthorizeRequest, SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as oauth from 'oauth4webapi';
import type { Identity } from '../../platform/identity.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import { BrokerError } from '../broker/broker-error.ts';
import { createSingleFlight } from '../single-flight.ts';
import { readAuthorizationResponse } from './authorization-response.ts';
import { createSilentSignIn, type SilentSignInDeps, type SilentWish } from './silent-sign-in.ts';

/** A sign-in on its way, written before its window opens so that a stopped worker loses nothing it needs. */
export interface Attempt {
  state: string;
  /** RFC 7636 §4.1. Shown to the broker only. */
  verifier: string;
  redirectUri: string;
  issuer: string;
  issRequired: boolean;
  /** Milliseconds since the epoch: the broker forgets the transaction then. */
  expiresAt: number;
  /** `sub` of the account whose session this goes on with, where nobody was asked. */
  silentFor?: string | undefined;
  /** What the provider answered, once it has. */
  response?: { code: string; iss?: string | undefined } | undefined;
}

export interface SignInDeps extends Pick<SilentSignInDeps, 'triedSilently' | 'lapsed'> {
  client: BrokerClient;
  identity: Identity;
  attempt: StoredValue<Attempt>;
  /** Takes over the new session; one that nobody was asked for only if that account's has lapsed and not been ended since. */
  begin(answer: SessionAnswer, silentFor: string | undefined): Promise<void>;
  /** Tells our own windows that a sign-in began or ended. */
  changed(): void;
  sleep(ms: number): Promise<void>;
  now: Clock;
}

/** What a sign-in must bring, where an ordinary one isn't enough, and how the provider shall ask. */
export type SignInWish = Pick<AuthorizeRequest, 'prompt' | 'upstream' | 'acr_values' | 'max_age'>;

export interface SignIn {
  /**
   * Signs in, or joins the sign-in on its way: somebody has asked for it. Without a window where the provider still
   * knows whose session has lapsed.
   *
   * @throws {LatchkeyError} `user_denied` when the window was closed, `offline`, `expired`, or what the broker refuses
   */
  run(wish?: SignInWish): Promise<void>;
  /**
   * Goes on with a session whose grant is gone, without a window and without anybody asking for it. A session that has run
   * out takes somebody who asks.
   *
   * @returns whether there is a session now; if not, nothing has changed
   */
  renew(): Promise<boolean>;
  /** Whether a sign-in that somebody asked for is on its way. */
  isRunning(): boolean;
}

/** Waits between the tries of `POST /session`: the code is good for one exchange, and a lost connection is not its end. */
const retryDelaysMs = [300, 1_500];

/** Authorization code flow, the broker being the provider's client. PKCE shows the broker that this browser began it. */
export function createSignIn(deps: SignInDeps): SignIn {
  const { client, identity, attempt, triedSilently, lapsed, begin, changed, sleep, now } = deps;
  const flights = createSingleFlight<void>();

  const prepare = async (wish: Wish): Promise<{ started: Attempt; url: string }> => {
    const redirectUri = identity.redirectUri();
    const state = oauth.generateRandomState();
    const verifier = oauth.generateRandomCodeVerifier();
    const codeChallenge = await oauth.calculatePKCECodeChallenge(verifier);
    const answer = await client.authorize({
      redirect_uri: redirectUri,
      code_challenge: codeChallenge,
      state,
      ...wish,
    });
    const { issuer, iss_required: issRequired, expires_in: expiresIn } = answer;
    const expiresAt = now() + expiresIn * 1_000;
    const started = { state, verifier, redirectUri, issuer, issRequired, expiresAt, silentFor: wish.sub };
    await attempt.set(started);
    return { started, url: answer.authorization_url };
  };

  const open = async (launch: Launch, url: string): Promise<string> => {
    try {
      return await launch(url);
    } catch (cause) {
      throw new LatchkeyError(
        { code: 'user_denied', message: 'the sign-in window was closed, or its page could not be loaded' },
        { cause },
      );
    }
  };

  const exchange = async ({ state, verifier, response, silentFor }: Attempt): Promise<void> => {
    if (!response) throw new LatchkeyError({ code: 'expired', message: 'the sign-in was interrupted: begin again' });
    const body = { state, code: response.code, code_verifier: verifier, iss: response.iss };
    const create = async (): Promise<void> => begin(await client.createSession(body), silentFor);
    for (const delay of retryDelaysMs) {
      try {
        return await create();
      } catch (error) {
        if (!isPassing(error)) throw error;
        await sleep(delay);
      }
    }
    await create();
  };

  /** Exchanges and forgets the attempt, unless trouble on the way was all that happened: then `run` can go on with it. */
  const finish = async (answered: Attempt): Promise<void> => {
    try {
      await exchange(answered);
      await attempt.clear();
    } catch (error) {
      if (!isPassing(error)) await attempt.clear();
      throw error;
    }
  };

  /** Goes on with an attempt whose code had come when the connection or the worker died. */
  const resume = async (): Promise<boolean> => {
    const left = await attempt.get();
    if (!left?.response || left.expiresAt <= now()) return false;
    try {
      await finish(left);
      return true;
    } catch (error) {
      if (error instanceof BrokerError && !isPassing(error)) return false;
      throw error;
    }
  };

  const askProvider = async (launch: Launch, url: string, started: Attempt): Promise<Attempt> => {
    try {
      const answered = { ...started, response: readAuthorizationResponse(await open(launch, url), started) };
      await attempt.set(answered);
      return answered;
    } catch (error) {
      await attempt.clear();
      throw error;
    }
  };

  const go = async (wish: Wish, launch: Launch): Promise<void> => {
    const { started, url } = await prepare(wish);
    await finish(await askProvider(launch, url, started));
  };

  const silentSignIn = createSilentSignIn({
    triedSilently,
    lapsed,
    resume,
    go: (wish) => go(wish, (url) => identity.launchSilently(url)),
    now,
  });

  const signIn = async (wish: SignInWish | undefined): Promise<void> => {
    changed();
    const brought = silentSignIn.isUnderWay() && (await silentSignIn.renew('asked'));
    if ((brought && !wish) || (await resume())) return;
    // What a sign-in must bring can hardly be had in silence, and a provider that can shows no page either.
    if (!wish && (await silentSignIn.renew('asked'))) return;
    await go({ ...wish }, (url) => identity.launch(url));
    await triedSilently.clear();
  };

  return {
    run: (wish) => flights.run('sign-in', () => signIn(wish).finally(() => queueMicrotask(changed))),
    renew: async () => !flights.isFlying('sign-in') && silentSignIn.renew('unasked'),
    isRunning: () => flights.isFlying('sign-in'),
  };
}

type Launch = (url: string) => Promise<string>;
type Wish = SignInWish & Partial<SilentWish>;

const isPassing = (error: unknown): boolean =>
  error instanceof LatchkeyError && (error.code === 'offline' || error.code === 'busy');
