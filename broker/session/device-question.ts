import { randomBytes, randomInt } from 'node:crypto';
import type { DeviceAnswer, DeviceAskingAnswer } from '@latchkey/shared/session-device.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import { budgets } from '../limits/budgets.ts';
import { isAlarmed } from '../oauth/device-prompt.ts';
import { type FoundDeviceRequest, findDeviceRequest } from '../oauth/find-device-request.ts';
import { identityFactsOf } from '../oauth/identity-scopes.ts';
import { normalizeUserCode } from '../oauth/user-code.ts';
import { inGroups } from '../policy/decide.ts';
import type { GrantClaims, Session } from '../store/store.ts';
import { accountKeysOf } from './account-keys.ts';

/** A device's request that the person was asked about in the extension. */
export interface AskedDevice {
  deviceCodeHash: string;
  /** The request came from another network than the answer will. The person must sign in again to allow it. */
  isElsewhere: boolean;
  /** The person entered no code, so the number that the device shows has to be picked. */
  isNumbered?: boolean;
}

/** How long the question can be answered. The device's request ends earlier. */
const questionMs = 900_000;

/** More requests than this can't wait for one account: they last for minutes, and two hours' budgets can meet in them. */
const mostAsking = 2 * budgets.devicePrompts.account.count;

/** Where the person asks from. */
interface Where {
  /** What the address counts as in budgets. */
  network: string;
  /** Finds that of another address. */
  networkOf(address: string): string;
}

/** Only the session that was asked finds its question. */
const questionId = (session: string, request: string): string => sha256(`device-question:${session}.${request}`);

/** Whether there is a device that this person may sign in with a code. */
export const maySignInDevices = ({ devices }: Pick<Config, 'devices'>, claims: GrantClaims): boolean =>
  [...devices.values()].some(({ grant, groups }) => grant !== 'loopback' && inGroups(groups, claims));

/** Whether a device may name this person's account, so that it is worth asking for one. */
export const maybeNamed = ({ devices }: Pick<Config, 'devices'>, claims: GrantClaims): boolean =>
  [...devices.values()].some(
    ({ grant, groups, numberMatching }) => numberMatching && grant !== 'loopback' && inGroups(groups, claims),
  );

/**
 * Compares the code that the person entered in the extension, within their budget of guesses, and returns what they are
 * asked.
 */
export async function askAboutDevice(
  deps: Deps,
  { id, sub, claims }: Pick<Session, 'id' | 'sub' | 'claims'>,
  entered: string,
  { network, networkOf }: Where,
): Promise<DeviceAnswer> {
  const userCode = normalizeUserCode(entered);
  // It can't be a code, so it is no guess.
  if (userCode === undefined) return { outcome: 'malformed' };
  const found = await findDeviceRequest(deps, { sub, groups: claims.groups, network, userCode });
  if (found.outcome !== 'found') return { outcome: found.outcome };
  const { grant } = found;
  const request = randomBytes(32).toString('base64url');
  const isElsewhere = networkOf(grant.ip ?? '') !== network;
  const data: AskedDevice = { deviceCodeHash: grant.deviceCodeHash, isElsewhere };
  const expiresAt = deps.now() + questionMs;
  await deps.store.putTransaction({ id: questionId(id, request), kind: 'device', data: { ...data }, expiresAt });
  return { outcome: 'found', request, user_code: userCode, ...factsOf(found, isElsewhere) };
}

/**
 * Finds what asks for this person by itself: the newest request of a device that named their account. It can be
 * asked for again and again: one request is one question of a session.
 */
export async function askAboutNaming(
  deps: Deps,
  session: Pick<Session, 'id' | 'upstream' | 'claims'>,
  { network, networkOf }: Where,
): Promise<DeviceAskingAnswer> {
  const { config, store, now } = deps;
  const accountKeys = accountKeysOf(deps, session);
  for (const grant of await store.listDeviceGrantsNaming(accountKeys, now(), mostAsking)) {
    const client = config.devices.get(grant.clientId);
    const { deviceCodeHash, numbers } = grant;
    if (!numbers || !client?.numberMatching || !inGroups(client.groups, session.claims)) continue;
    if (grant.accountKey === undefined || (await isAlarmed(deps, grant.accountKey))) continue;
    const resource = grant.resource === undefined ? undefined : config.resources.get(grant.resource);
    const request = sha256(`device-naming:${session.id}.${deviceCodeHash}`);
    const isElsewhere = networkOf(grant.ip ?? '') !== network;
    const data: AskedDevice = { deviceCodeHash, isElsewhere, isNumbered: true };
    const question = { id: questionId(session.id, request), kind: 'device', expiresAt: now() + questionMs } as const;
    // The browser may have changed networks since it asked last.
    await store.changeTransaction(question, now(), () => ({ ...data }));
    return {
      outcome: 'asking',
      request,
      ...factsOf({ grant, client, resource }, isElsewhere),
      numbers: shuffled(numbers),
      expires_at: toSeconds(grant.expiresAt),
    };
  }
  return { outcome: 'none' };
}

const factsOf = (
  { grant, client, resource }: Pick<Extract<FoundDeviceRequest, { outcome: 'found' }>, 'grant' | 'client' | 'resource'>,
  isElsewhere: boolean,
) => ({
  client: client.name,
  resource: resource?.name,
  scopes: grant.scopes.flatMap((scope) => resource?.scopes[scope] ?? []),
  knows: identityFactsOf(grant.scopes),
  stays: toSeconds(client.sessionMs),
  started_at: toSeconds(grant.createdAt),
  from: grant.ip,
  same_network: !isElsewhere,
});

/** Fisher and Yates. The stored order has the right number first. */
function shuffled(numbers: readonly string[]): string[] {
  const left = [...numbers];
  return numbers.flatMap(() => left.splice(randomInt(left.length), 1));
}

/**
 * Finds what a session was asked.
 *
 * @throws {OAuthError} `invalid_transaction`
 */
export async function askedDevice(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  session: string,
  request: string,
): Promise<AskedDevice> {
  const data = await store.readTransaction(questionId(session, request), 'device', now());
  if (!data) throw new OAuthError('invalid_transaction', 'this question is over; ask again');
  // The row was written above in this shape.
  return data as unknown as AskedDevice;
}
