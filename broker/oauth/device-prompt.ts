import { randomInt } from 'node:crypto';
import type { DeviceClientConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { budgets } from '../limits/budgets.ts';
import { emailKey } from '../store/email-key.ts';

/** Which account a device named, and the numbers that its person will see: the one that the device shows comes first. */
export interface DevicePrompt {
  accountKey: string;
  numbers: [shown: string, other: string, another: string];
}

/** In UTF-16 code units. An e-mail address has at most 254 octets, and user names of providers have no more. */
const maxHint = 320;

/**
 * Reads `login_hint` of a device's request. Nothing here looks for the account: an answer, and the time that it takes, are
 * the same whether there is one.
 *
 * @param caller whom the request counts for in budgets
 * @returns `undefined` if nobody is to be asked: the device named no account, its client has no `number_matching`, or there
 *   were too many such requests, or the person of that name has just been alarmed by one
 * @throws {OAuthError} `invalid_request` if the hint is too long
 */
export async function devicePrompt(
  { count, ...deps }: Pick<Deps, 'count' | 'store' | 'now'>,
  client: Pick<DeviceClientConfig, 'numberMatching'>,
  hint: string | undefined,
  caller: string,
): Promise<DevicePrompt | undefined> {
  const name = hint?.trim();
  if (!client.numberMatching || !name) return undefined;
  if (name.length > maxHint) throw new OAuthError('invalid_request', `login_hint is longer than ${maxHint} characters`);
  const accountKey = emailKey(name);
  if (await isAlarmed(deps, accountKey)) return undefined;
  try {
    // The address first: each account that is counted is a row, and one sender gets only a few of them.
    await count(budgets.devicePrompts.address, caller);
    await count(budgets.devicePrompts.account, accountKey);
  } catch (error) {
    if (error instanceof OAuthError && error.code === 'too_many_requests') return undefined;
    throw error;
  }
  return { accountKey, numbers: threeNumbers() };
}

const { alarm } = budgets.devicePrompts;
const alarmKey = (accountKey: string): string => `${alarm.name}:${accountKey}`;

/**
 * The person picked a wrong number, or reported a request: nobody asks them for an hour. Whoever presses without looking is
 * right once in three times, and must not be asked until they are.
 */
export async function raiseAlarm({ store, now }: Pick<Deps, 'store' | 'now'>, accountKey: string): Promise<void> {
  await store.hit(alarmKey(accountKey), alarm.windowMs, now());
}

/** Whether {@link raiseAlarm} was called for this account in the last hour. */
export const isAlarmed = async ({ store, now }: Pick<Deps, 'store' | 'now'>, accountKey: string): Promise<boolean> =>
  (await store.peek(alarmKey(accountKey), now())) >= alarm.count;

/** Three different numbers of two digits. None begins with a zero, which people leave out. */
function threeNumbers(): DevicePrompt['numbers'] {
  const drawn = new Set<string>();
  while (drawn.size < 3) drawn.add(String(randomInt(10, 100)));
  const [shown = '', other = '', another = ''] = drawn;
  return [shown, other, another];
}
