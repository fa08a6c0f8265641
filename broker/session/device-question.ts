import { randomBytes } from 'node:crypto';
import type { DeviceAnswer } from '@latchkey/shared/session-device.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import { findDeviceRequest } from '../oauth/find-device-request.ts';
import { identityFactsOf } from '../oauth/identity-scopes.ts';
import { normalizeUserCode } from '../oauth/user-code.ts';
import { inGroups } from '../policy/decide.ts';
import type { GrantClaims, Session } from '../store/store.ts';

/** A device's request that the person was asked about in the extension. */
export interface AskedDevice {
  deviceCodeHash: string;
  /** The request came from another network than the answer will. The person must sign in again to allow it. */
  isElsewhere: boolean;
}

/** How long the question can be answered. The device's request ends earlier. */
const questionMs = 900_000;

/** Only the session that entered the code finds its question. */
const questionId = (session: string, request: string): string => sha256(`device-question:${session}.${request}`);

/** Whether there is a device that this person may sign in with a code. */
export const maySignInDevices = ({ devices }: Pick<Config, 'devices'>, claims: GrantClaims): boolean =>
  [...devices.values()].some(({ grant, groups }) => grant !== 'loopback' && inGroups(groups, claims));

/**
 * Compares the code that the person entered in the extension, within their budget of guesses, and returns what they are
 * asked.
 *
 * @param where `network` is what the address counts as in budgets; `networkOf` finds that of another address
 */
export async function askAboutDevice(
  deps: Deps,
  { id, sub, claims }: Pick<Session, 'id' | 'sub' | 'claims'>,
  entered: string,
  { network, networkOf }: { network: string; networkOf(address: string): string },
): Promise<DeviceAnswer> {
  const userCode = normalizeUserCode(entered);
  // It can't be a code, so it is no guess.
  if (userCode === undefined) return { outcome: 'malformed' };
  const found = await findDeviceRequest(deps, { sub, groups: claims.groups, network, userCode });
  if (found.outcome !== 'found') return { outcome: found.outcome };
  const { grant, client, resource } = found;
  const request = randomBytes(32).toString('base64url');
  const isElsewhere = networkOf(grant.ip ?? '') !== network;
  const data: AskedDevice = { deviceCodeHash: grant.deviceCodeHash, isElsewhere };
  const expiresAt = deps.now() + questionMs;
  await deps.store.putTransaction({ id: questionId(id, request), kind: 'device', data: { ...data }, expiresAt });
  return {
    outcome: 'found',
    request,
    user_code: userCode,
    client: client.name,
    resource: resource?.name,
    scopes: grant.scopes.flatMap((scope) => resource?.scopes[scope] ?? []),
    knows: identityFactsOf(grant.scopes),
    stays: toSeconds(client.sessionMs),
    started_at: toSeconds(grant.createdAt),
    from: grant.ip,
    same_network: !isElsewhere,
  };
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
  if (!data) throw new OAuthError('invalid_transaction', 'this question is over; enter the code again');
  // The row was written by askAboutDevice in this shape.
  return data as unknown as AskedDevice;
}
