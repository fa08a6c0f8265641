import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { AuthorizeRequest } from '@latchkey/shared/session-requests.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import { isBrokerError } from '../broker/broker-error.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { Lapsed } from './session.ts';

/** The parameters of a sign-in without a window. */
export type SilentWish = Pick<AuthorizeRequest, 'prompt' | 'sub' | 'login_hint' | 'upstream'>;

export interface SilentSignInDeps {
  /**
   * Time of the last attempt, in milliseconds since the epoch. It is stored, so that it survives a stopped background.
   */
  triedSilently: StoredValue<number>;
  /** The account whose session could continue. */
  lapsed(): Promise<Lapsed | undefined>;
  /** Continues a sign-in whose code has arrived. @returns whether there was one */
  resume(): Promise<boolean>;
  /** Signs in without a window. */
  go(wish: SilentWish): Promise<void>;
  now: Clock;
}

/** Whether the user has clicked to sign in. */
export type How = 'asked' | 'unasked';

/** How long to wait after a provider needed the user. */
const pauseMs: Record<How, number> = { unasked: 300_000, asked: 60_000 };
/** How long to wait after an error at the broker, which says nothing about the provider. */
const troublePauseMs = 15_000;

/**
 * Signs in without a window (`prompt=none`, OpenID Connect Core §3.1.2.1): only to the account whose session has
 * lapsed, one attempt at a time, with pauses between attempts.
 */
export function createSilentSignIn({ triedSilently, lapsed, resume, go, now }: SilentSignInDeps) {
  const flights = createSingleFlight<boolean>();

  const renew = async (how: How): Promise<boolean> => {
    const last = await lapsed();
    if (!last || (last.over && how === 'unasked')) return false;
    const sinceMs = now() - ((await triedSilently.get()) ?? Number.NEGATIVE_INFINITY);
    // If the clock was set back, the time since the last attempt is unknown.
    if (sinceMs >= 0 && sinceMs < pauseMs[how]) return false;
    await triedSilently.set(now());
    const { sub, email, upstream, login_hint: hint = email } = last.account;
    try {
      if (!(await resume())) await go({ prompt: 'none', sub, login_hint: hint, upstream });
      return true;
    } catch (error) {
      if (!(error instanceof LatchkeyError)) reportError(error);
      else if (isTrouble(error)) await triedSilently.set(now() - pauseMs.unasked + troublePauseMs);
      return false;
    }
  };

  return {
    /** Joins an attempt in progress. @returns whether there is a session now; if not, nothing has changed */
    renew: (how: How): Promise<boolean> => flights.run('silent sign-in', () => renew(how)),
    isUnderWay: (): boolean => flights.isFlying('silent sign-in'),
  };
}

/** Whether an error is temporary, and says nothing about the provider's answer. */
const isTrouble = (error: LatchkeyError): boolean =>
  error.code === 'offline' ||
  ['temporarily_unavailable', 'too_many_requests'].some((code) => isBrokerError(error, code));
