import * as oauth from 'oauth4webapi';
import { LatchkeyError } from '#shared/errors.ts';
import type { SessionAnswer } from '#shared/session-api.ts';
import type { Clock } from '#shared/time.ts';
import type { Identity } from '../platform/identity.ts';
import type { Slot } from '../platform/slot.ts';
import type { BrokerClient } from './broker-client.ts';
import { BrokerError, type StepUp } from './broker-error.ts';
import { readRedirect } from './redirect.ts';
import { createSingleFlight } from './single-flight.ts';

/** A sign-in on its way, written before its window opens so that a stopped worker loses nothing it needs. */
export interface Attempt {
  state: string;
  /** Bound into the ID token; the broker, which alone sees that token, checks it. */
  nonce: string;
  /** RFC 7636 §4.1. */
  verifier: string;
  redirectUri: string;
  issuer: string;
  issRequired: boolean;
  /** Milliseconds since the epoch: the broker forgets the transaction then. */
  expiresAt: number;
  /** What the provider answered, once it has. */
  response?: { code: string; iss?: string | undefined } | undefined;
}

export interface SignInDeps {
  client: BrokerClient;
  identity: Identity;
  attempt: Slot<Attempt>;
  /** Takes over the new session. */
  begin(answer: SessionAnswer): Promise<void>;
  /** Tells our own windows that a sign-in began or ended. */
  changed(): void;
  sleep(ms: number): Promise<void>;
  now: Clock;
}

export interface SignIn {
  /**
   * Signs in, or joins the sign-in on its way.
   *
   * @param stepUp what this sign-in must bring, where an ordinary one isn't enough
   * @throws {LatchkeyError} `user_denied` when the window was closed, `offline`, `expired`, or what the broker refuses
   */
  run(stepUp?: StepUp): Promise<void>;
  isRunning(): boolean;
}

/** Waits between the tries of `POST /session`: the code is good for one exchange, and a lost connection is not its end. */
const retryDelaysMs = [300, 1_500];

/** Authorization code flow with PKCE, the broker being the client and this browser the one that began it. */
export function createSignIn({ client, identity, attempt, begin, changed, sleep, now }: SignInDeps): SignIn {
  const flights = createSingleFlight<void>();

  const prepare = async (stepUp: StepUp | undefined): Promise<{ started: Attempt; url: string }> => {
    const redirectUri = identity.redirectUri();
    const state = oauth.generateRandomState();
    const nonce = oauth.generateRandomNonce();
    const verifier = oauth.generateRandomCodeVerifier();
    const codeChallenge = await oauth.calculatePKCECodeChallenge(verifier);
    const answer = await client.authorize({
      redirect_uri: redirectUri,
      code_challenge: codeChallenge,
      state,
      nonce,
      ...stepUp,
    });
    const { issuer, iss_required: issRequired, expires_in: expiresIn } = answer;
    const expiresAt = now() + expiresIn * 1_000;
    const started = { state, nonce, verifier, redirectUri, issuer, issRequired, expiresAt };
    await attempt.set(started);
    return { started, url: answer.authorization_url };
  };

  const open = async (url: string): Promise<string> => {
    try {
      return await identity.launch(url);
    } catch (cause) {
      throw new LatchkeyError(
        { code: 'user_denied', message: 'the sign-in window was closed, or its page could not be loaded' },
        { cause },
      );
    }
  };

  const exchange = async ({ state, verifier, response }: Attempt): Promise<void> => {
    if (!response) throw new LatchkeyError({ code: 'expired', message: 'the sign-in was interrupted: begin again' });
    const body = { state, code: response.code, code_verifier: verifier, iss: response.iss };
    for (const delay of retryDelaysMs) {
      try {
        return await begin(await client.createSession(body));
      } catch (error) {
        if (!isPassing(error)) throw error;
        await sleep(delay);
      }
    }
    await begin(await client.createSession(body));
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

  const askProvider = async (url: string, started: Attempt): Promise<Attempt> => {
    try {
      const answered = { ...started, response: readRedirect(await open(url), started) };
      await attempt.set(answered);
      return answered;
    } catch (error) {
      await attempt.clear();
      throw error;
    }
  };

  const signIn = async (stepUp: StepUp | undefined): Promise<void> => {
    changed();
    if (await resume()) return;
    const { started, url } = await prepare(stepUp);
    await finish(await askProvider(url, started));
  };

  return {
    run: (stepUp) => flights.run('sign-in', () => signIn(stepUp).finally(() => queueMicrotask(changed))),
    isRunning: () => flights.isFlying('sign-in'),
  };
}

const isPassing = (error: unknown): boolean =>
  error instanceof LatchkeyError && (error.code === 'offline' || error.code === 'busy');
