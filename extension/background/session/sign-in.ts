import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import type { AuthorizeRequest } from '@latchkey/shared/session-requests.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import * as oauth from 'oauth4webapi';
import type { Identity } from '../../platform/identity.ts';
import { PageNotLoadedError } from '../../platform/page-not-loaded.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import { type Problem, ProblemError } from '../../protocol/problem.ts';
import type { BrokerClient } from '../broker/broker-client.ts';
import { BrokerError, isBrokerError } from '../broker/broker-error.ts';
import { newTrace } from '../broker/trace.ts';
import { problemBody } from '../error-body.ts';
import { expired } from '../errors.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { Attempt, Attempts } from './attempts.ts';
import { ProviderRefusal, readAuthorizationResponse } from './authorization-response.ts';
import { createSilentSignIn, type SilentSignInDeps, type SilentWish } from './silent-sign-in.ts';

export interface SignInDeps extends Pick<SilentSignInDeps, 'triedSilently' | 'lapsed'> {
  client: BrokerClient;
  identity: Identity;
  attempts: Attempts;
  /** The broker's issuer. */
  broker(): Promise<string>;
  /** The latest problem, for the popup. A page that began the sign-in learns less than the popup. */
  problem: StoredValue<Problem>;
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
   * @param trace see `newTrace`
   * @throws {LatchkeyError} `user_denied` if the user closed the window, `offline`, `expired`, or the broker's refusal.
   *   The message has the ID of the trace
   */
  run(wish?: SignInWish, trace?: string): Promise<void>;
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

/** Delays between attempts at `POST /session`. Where the connection failed before the broker had it, the next succeeds. */
const retryDelaysMs = [300, 1_500];

/** Authorization code flow. The broker is the provider's client. PKCE proves to the broker that this browser started it. */
export function createSignIn(deps: SignInDeps): SignIn {
  const { client, identity, attempts, triedSilently, lapsed, begin, problem, changed, sleep, now } = deps;
  const flights = createSingleFlight<void>();

  const prepare = async (wish: Wish, trace: string): Promise<{ started: Attempt; url: string }> => {
    const redirectUri = identity.redirectUri();
    const state = oauth.generateRandomState();
    const verifier = oauth.generateRandomCodeVerifier();
    const codeChallenge = await oauth.calculatePKCECodeChallenge(verifier);
    const body = { redirect_uri: redirectUri, code_challenge: codeChallenge, state, ...wish };
    const answer = await client.authorize(body, trace);
    const { issuer, iss_required: issRequired, expires_in: expiresIn } = answer;
    const expiresAt = now() + expiresIn * 1_000;
    const started = { state, verifier, redirectUri, issuer, issRequired, expiresAt, silentFor: wish.sub, trace };
    await attempts.put(started);
    return { started, url: answer.authorization_url };
  };

  /**
   * Without its cookie, a session is over at the next call: the user would be signed in and out in turn. So the first
   * call comes before anything is said of the session.
   */
  const requireCookie = async (): Promise<void> => {
    try {
      await client.getSession(undefined);
    } catch (error) {
      // A session that somebody ended in this moment had its cookie.
      if (error instanceof BrokerError && error.error === 'invalid_session' && !error.ended)
        throw noCookies(new URL(await deps.broker()).host);
      // Whatever else fails says nothing about cookies.
    }
  };

  const exchange = async ({ state, verifier, response, silentFor, trace }: Attempt): Promise<void> => {
    if (!response) throw expired('the sign-in was interrupted: begin again');
    const body = { state, code: response.code, code_verifier: verifier, iss: response.iss };
    let before: unknown;
    const create = async (): Promise<void> => {
      const answer = await client.createSession(body, trace).catch((error: unknown) => {
        if (!before || !isBrokerError(error, 'invalid_transaction')) throw error;
        // The request before has used the code. Its answer was lost, or says why there is no session.
        throw before instanceof BrokerError ? before : new UnfinishedError(error);
      });
      await requireCookie();
      await begin(answer, silentFor);
    };
    for (const delay of retryDelaysMs) {
      try {
        return await create();
      } catch (error) {
        if (!isPassing(error)) throw error;
        before = error;
        await sleep(delay);
      }
    }
    await create();
  };

  /**
   * Exchanges the code and forgets all attempts. If only the connection failed, it keeps the attempt, and `run` can
   * continue it.
   */
  const finish = async (answered: Attempt): Promise<void> => {
    try {
      await exchange(answered);
      await attempts.clear();
    } catch (error) {
      if (!isPassing(error)) await attempts.drop(answered.state);
      throw error;
    }
  };

  /** Continues an attempt that received its code before the connection or the worker died. */
  const resume = async (): Promise<boolean> => {
    const left = (await attempts.all()).findLast(({ response }) => response);
    if (!left) return false;
    try {
      await finish(left);
      return true;
    } catch (error) {
      if (error instanceof UnfinishedError || (error instanceof BrokerError && !isPassing(error))) return false;
      throw error;
    }
  };

  /** Reports why the provider refused a sign-in: only the broker's log reaches an administrator. */
  const reportRefusal = async ({ state, verifier, trace }: Attempt, { report }: ProviderRefusal): Promise<void> => {
    await attempts.drop(state);
    // An older broker has no such endpoint, and a sign-in that can't be reported has failed all the same.
    void client.refuseSession({ state, code_verifier: verifier, ...report }, trace).catch(() => undefined);
  };

  const readResponse = async (redirect: string, attempt: Attempt): Promise<Attempt> => {
    try {
      const answered = { ...attempt, response: readAuthorizationResponse(redirect, attempt) };
      await attempts.put(answered);
      return answered;
    } catch (error) {
      if (!(error instanceof ProviderRefusal)) await attempts.drop(attempt.state);
      // A silent attempt whose user was needed can still be answered, once the user has signed in.
      else if (attempt.silentFor === undefined || !needsUser.test(error.report.error))
        await reportRefusal(attempt, error);
      throw error;
    }
  };

  /** @throws {UnfinishedError} if the provider's answer is of no use: another one may be */
  const go = async (wish: Wish, launch: Launch, trace: string): Promise<void> => {
    const { started, url } = await prepare(wish, trace);
    const redirect = await openWindow(launch, url);
    const state = new URL(redirect).searchParams.get('state');
    const attempt = (await attempts.all()).find((one) => one.state === state) ?? started;
    try {
      await finish(await readResponse(redirect, attempt));
    } catch (error) {
      if (attempt.state === started.state || isPassing(error) || error instanceof UnfinishedError) throw error;
      throw new UnfinishedError(error);
    }
  };

  /** Opens the window, and once more if the first one ended over something that the user can't have meant. */
  const goWithWindow = async (wish: Wish, trace: string): Promise<void> => {
    const launch: Launch = (url) => identity.launch(url);
    try {
      await go(wish, launch, trace);
    } catch (error) {
      if (!(error instanceof UnfinishedError) && !isBrokenOff(error)) throw error;
      // The provider usually knows the user by now.
      await go(wish, launch, trace);
    }
  };

  const silentSignIn = createSilentSignIn({
    triedSilently,
    lapsed,
    resume,
    go: (wish) => go(wish, (url) => identity.launchSilently(url), newTrace()),
    now,
  });

  const signIn = async (wish: SignInWish | undefined, trace: string): Promise<void> => {
    changed();
    const brought = silentSignIn.isUnderWay() && (await silentSignIn.renew('asked'));
    if ((brought && !wish) || (await resume())) return;
    // A sign-in with requirements rarely works without a window. If it would, the provider shows no page anyway.
    if (!wish && (await silentSignIn.renew('asked'))) return;
    await goWithWindow({ ...wish }, trace);
    await triedSilently.clear();
  };

  const run = async (wish: SignInWish | undefined, trace: string): Promise<void> => {
    try {
      await signIn(wish, trace);
    } catch (error) {
      const told = error instanceof UnfinishedError ? error.cause : error;
      // For support. The broker's own refusals have theirs.
      if (told instanceof LatchkeyError && !(told instanceof BrokerError)) told.message += ` (request ${trace})`;
      if (told instanceof ProblemError) await problem.set(problemBody(told));
      throw told;
    } finally {
      queueMicrotask(changed);
    }
  };

  return {
    run: (wish, trace = newTrace()) => flights.run('sign-in', () => run(wish, trace)),
    renew: async () => !flights.isFlying('sign-in') && silentSignIn.renew('unasked'),
    isRunning: () => flights.isFlying('sign-in'),
  };
}

type Launch = (url: string) => Promise<string>;

/** Opens the provider's window. @throws {LatchkeyError} `user_denied` if the user closed it */
export async function openWindow(launch: Launch, url: string): Promise<string> {
  try {
    return await launch(url);
  } catch (cause) {
    if (cause instanceof PageNotLoadedError)
      throw new ProblemError({ code: 'expired', reason: 'broke_off', message: cause.message });
    throw new LatchkeyError({ code: 'user_denied', message: 'the sign-in window was closed' }, { cause });
  }
}

type Wish = SignInWish & Partial<SilentWish>;

/** The provider's answer has been used already, or is for an earlier attempt that is over. `cause` is why. */
class UnfinishedError extends LatchkeyError {
  constructor(cause: unknown) {
    super({ code: 'expired', message: 'this sign-in has already ended' }, { cause });
  }
}

/** OpenID Connect Core §3.1.2.6. */
const needsUser = /_required$/;

const isBrokenOff = (error: unknown): boolean => error instanceof ProblemError && error.problem.reason === 'broke_off';

const noCookies = (host: string): ProblemError =>
  new ProblemError({
    code: 'unsupported',
    reason: 'cookies_blocked',
    host,
    message: `the browser keeps no cookies for ${host}`,
  });

const isPassing = (error: unknown): boolean =>
  error instanceof LatchkeyError && (error.code === 'offline' || error.code === 'busy');
