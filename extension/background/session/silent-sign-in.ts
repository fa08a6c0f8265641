import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { AuthorizeRequest } from '@latchkey/shared/session-api.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import { isBrokerError } from '../broker/broker-error.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { Lapsed } from './session.ts';

/** What a sign-in without a window asks for. */
export type SilentWish = Pick<AuthorizeRequest, 'prompt' | 'sub' | 'login_hint' | 'upstream'>;

export interface SilentSignInDeps {
  /** When it was tried last, in milliseconds since the epoch; kept, so that a background that is woken knows it. */
  triedSilently: StoredValue<number>;
  /** Whose session could go on. */
  lapsed(): Promise<Lapsed | undefined>;
  /** Goes on with a sign-in whose code has come. @returns whether there was one */
  resume(): Promise<boolean>;
  /** Signs in without a window. */
  go(wish: SilentWish): Promise<void>;
  now: Clock;
}

/** Whether somebody has clicked to sign in. */
export type How = 'asked' | 'unasked';

/** A provider that wanted the person is not asked again so soon. */
const pauseMs: Record<How, number> = { unasked: 300_000, asked: 60_000 };
/** Trouble at the broker says nothing of what the provider would have said. */
const troublePauseMs = 15_000;

/**
 * Signing in without a window (`prompt=none`, OpenID Connect Core §3.1.2.1): only as the account whose session has
 * lapsed, one try at a time, and none again and again.
 */
export function createSilentSignIn({ triedSilently, lapsed, resume, go, now }: SilentSignInDeps) {
  const flights = createSingleFlight<boolean>();

  const renew = async (how: How): Promise<boolean> => {
    const last = await lapsed();
    if (!last || (last.over && how === 'unasked')) return false;
    const sinceMs = now() - ((await triedSilently.get()) ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back says nothing of how long ago it was.
    if (sinceMs >= 0 && sinceMs < pauseMs[how]) return false;
    await triedSilently.set(now());
    const { sub, email, upstream } = last.account;
    try {
      if (!(await resume())) await go({ prompt: 'none', sub, login_hint: email, upstream });
      return true;
    } catch (error) {
      if (!(error instanceof LatchkeyError)) reportError(error);
      else if (isTrouble(error)) await triedSilently.set(now() - pauseMs.unasked + troublePauseMs);
      return false;
    }
  };

  return {
    /** Joins the try on its way. @returns whether there is a session now; if not, nothing has changed */
    renew: (how: How): Promise<boolean> => flights.run('silent sign-in', () => renew(how)),
    isUnderWay: (): boolean => flights.isFlying('silent sign-in'),
  };
}

/** What passes by itself, and says nothing of the provider's answer. */
const isTrouble = (error: LatchkeyError): boolean =>
  error.code === 'offline' ||
  ['temporarily_unavailable', 'too_many_requests'].some((code) => isBrokerError(error, code));
