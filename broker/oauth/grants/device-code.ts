import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import { sha256 } from '../../keys/hash.ts';
import type { DeviceGrant, PollResult } from '../../store/store.ts';
import type { ClientRequest } from '../public-client.ts';
import { newRefreshToken } from '../refresh-token-format.ts';
import { tokenProof } from '../token-proof.ts';
import { openAllowed, redeemOnce } from './redeem-once.ts';

/**
 * Networks jitter, and widely used clients give up after one `slow_down`, so the interval is enforced with this
 * leeway.
 */
const pollLeewayMs = 1_000;

/**
 * Handles the device's poll (RFC 8628 §3.4). An allowed grant is opened with the code and redeemed exactly once.
 *
 * @throws {OAuthError} with the codes of RFC 8628 §3.5
 */
export async function deviceCodeGrant(deps: Deps, { client, form, address, proof: header }: ClientRequest) {
  const { store, now } = deps;
  const deviceCode = form.device_code;
  if (deviceCode === undefined) throw new OAuthError('invalid_request', 'device_code is missing');
  const proof = await tokenProof(deps, header);
  const grant = allowedGrant(await store.pollDeviceGrant(sha256(deviceCode), client.clientId, now(), pollLeewayMs));
  const opened = await openAllowed(deps, grant, deviceCode);
  const how = {
    code: deviceCode,
    refreshToken: newRefreshToken(),
    from: address,
    scope: form.scope,
    resource: form.resource,
    proof,
  };
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
      throw new OAuthError(
        'slow_down',
        `polling too fast; wait at least ${poll.grant.interval} seconds between requests`,
      );
    case 'denied':
      throw new OAuthError('access_denied', 'the user denied the request', { status: 400 });
    case 'expired':
      throw new OAuthError('expired_token', 'device_code has expired; start again');
    case 'redeemed':
      throw new OAuthError('invalid_grant', 'device_code was already used; start again');
    case 'unknown':
    case 'wrong_client':
      throw new OAuthError('invalid_grant', 'device_code is unknown or belongs to another client; start again');
  }
}
