import { deviceCodeGrantType } from '@latchkey/shared/grant-types.ts';
import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import { sha256 } from '../../keys/hash.ts';
import { budgets } from '../../limits/budgets.ts';
import { maxPollInterval } from '../../store/model.ts';
import type { DeviceGrant, PollResult } from '../../store/store.ts';
import type { ClientRequest } from '../public-client.ts';
import { newRefreshToken } from '../refresh-token-format.ts';
import { openAllowed, redeemOnce } from './redeem-once.ts';

/**
 * Networks jitter, and widely used clients give up after one `slow_down`, so the interval is enforced with this
 * leeway.
 */
const pollLeewayMs = 1_000;

/** A device at the longest interval that polls again so soon does not listen. It is answered from the row that was read. */
const deafMs = 1_000;

/**
 * Handles the device's poll (RFC 8628 §3.4). An allowed grant is opened with the code and redeemed exactly once.
 *
 * @throws {OAuthError} with the codes of RFC 8628 §3.5
 */
export async function deviceCodeGrant(deps: Deps, { client, form, address, caller }: ClientRequest) {
  const { store, now } = deps;
  const deviceCode = form.device_code;
  if (deviceCode === undefined) throw new OAuthError('invalid_request', 'device_code is missing');
  const hash = sha256(deviceCode);
  const found = await store.getDeviceGrant(hash);
  if (found?.clientId !== client.clientId) throw unknown();
  if (isDeaf(found, now())) throw slowDown(found);
  if (isWaiting(found, now())) await deps.count(budgets.grants[deviceCodeGrantType], caller);
  const grant = allowedGrant(await store.pollDeviceGrant(hash, client.clientId, now(), pollLeewayMs));
  const opened = await openAllowed(deps, grant, deviceCode);
  const how = { code: deviceCode, refreshToken: newRefreshToken(), from: address, scope: form.scope };
  const tokens = opened && (await redeemOnce(deps, client, opened, how));
  if (!tokens) {
    throw new OAuthError('invalid_grant', 'device_code was already used, or its sign-in was ended; start again');
  }
  return tokens;
}

function allowedGrant(poll: PollResult): DeviceGrant {
  switch (poll.outcome) {
    case 'allowed':
      return poll.grant;
    case 'pending':
      throw new OAuthError('authorization_pending', 'authorization pending; keep polling at the given interval');
    case 'slow_down':
      throw slowDown(poll.grant);
    case 'denied':
      throw new OAuthError('access_denied', 'the user denied the request', { status: 400 });
    case 'expired':
      throw new OAuthError('expired_token', 'device_code has expired; start again');
    case 'redeemed':
      throw new OAuthError('invalid_grant', 'device_code was already used; start again');
    case 'unknown':
    case 'wrong_client':
      throw unknown();
  }
}

const isDeaf = ({ state, interval, lastPollAt }: DeviceGrant, now: number): boolean =>
  state === 'pending' && interval >= maxPollInterval && lastPollAt !== undefined && now - lastPollAt < deafMs;

/** Whether a poll writes anything or can get a token. */
const isWaiting = ({ state, expiresAt }: DeviceGrant, now: number): boolean =>
  (state === 'pending' || state === 'allowed') && now < expiresAt;

const slowDown = ({ interval }: DeviceGrant) =>
  new OAuthError('slow_down', `polling too fast; wait at least ${interval} seconds between requests`);

const unknown = () =>
  new OAuthError('invalid_grant', 'device_code is unknown or belongs to another client; start again');
