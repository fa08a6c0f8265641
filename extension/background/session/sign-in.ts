import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { AuthorizeRequest } from '@latchkey/shared/session-requests.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as oauth from 'oauth4webapi';
import * as v from 'valibot';
import type { Identity } from '../../platform/identity.ts';
import type { Schema, StoredValue } from '../../platform/stored-value.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import { BrokerError } from '../broker/broker-error.ts';
import { createSingleFlight } from '../single-flight.ts';
import { readAuthorizationResponse } from './authorization-response.ts';
import { createSilentSignIn, type SilentSignInDeps, type SilentWish } from './silent-sign-in.ts';

/** A sign-in in progress. It is stored before the window opens, so that it survives a stopped worker. */
export interface Attempt {
  state: string;
  /** RFC 7636 §4.1. Only the broker ever sees it. */
  verifier: string;
  redirectUri: string;
  issuer: string;
  issRequired: boolean;
  /** When the broker discards the transaction, in milliseconds since the epoch. */
  expiresAt: number;
  /** For a sign-in without a window: `sub` of the account whose session it continues. */
  silentFor?: string | undefined;
  /** The provider's response, once there is one. */
  response?: { code: string; iss?: string | undefined } | undefined;
}

export const storedAttempt: Schema<Attempt> = v.object({
  state: v.string(),
  verifier: v.string(),
  redirectUri: v.string(),
  issuer: v.string(),
  issRequired: v.boolean(),
  expiresAt: v.number(),
  silentFor: v.optional(v.string()),
  response: v.optional(v.object({ code: v.string(), iss: v.optional(v.string()) })),
});

export interface SignInDeps extends Pick<SilentSignInDeps, 'triedSilently' | 'lapsed'> {
  client: BrokerClient;
  identity: Identity;
  attempt: StoredValue<Attempt>;
  /**
   * Switches to the new session. A session that the user didn't request is accepted only if its account's session has
   * lapsed and wasn't ended since.
   */
  begin(answer: SessionAnswer, silentFor: string | undefined): Promise<void>;
  /** Notifies the extension's own pages that a sign-in started or ended. */
  changed(): void;
  sleep(ms: number): Promise<void>;
  now: Clock;
}

/** Additional requirements of a sign-in, and how the provider should prompt. */
export type SignInWish = Pick<AuthorizeRequest, 'prompt' | 'upstream' | 'acr_values' | 'max_age'>;

export interface SignIn {
  /**
   * Signs in, or joins the sign-in in progress, because the user asked for it. It opens no window if the provider still
   * knows the user whose session has lapsed.
   *
   * @throws {LatchkeyError} `user_denied` if the user closed the window, `offline`, `expired`, or the broker's refusal
   */
  run(wish?: SignInWish): Promise<void>;
  /**
   * Continues a session whose grant is gone, without a window and without a user's request. An expired session needs a
   * user's request.
   *
   * @returns whether there is a session now; if not, nothing has changed
   */
  renew(): Promise<boolean>;
  /** Whether a sign-in that the user asked for is in progress. */
  isRunning(): boolean;
}

/** Delays between attempts at `POST /session`. The code is single-use, but a lost connection doesn't consume it. */
const retryDelaysMs = [300, 1_500];

/** Authorization code flow. The broker is the provider's client. PKCE proves to the broker that this browser started it. */
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

  /**
   * Exchanges the code and forgets the attempt. If only the connection failed, it keeps the attempt, and `run` can
   * continue it.
   */
  const finish = async (answered: Attempt): Promise<void> => {
    try {
      await exchange(answered);
      await attempt.clear();
    } catch (error) {
      if (!isPassing(error)) await attempt.clear();
      throw error;
    }
  };

  /** Continues an attempt that received its code before the connection or the worker died. */
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
    // A sign-in with requirements rarely works without a window. If it would, the provider shows no page anyway.
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
