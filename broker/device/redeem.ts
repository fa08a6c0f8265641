import type { DeviceClientConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import { seal } from '../keys/seal.ts';
import type { Form } from '../middleware/body.ts';
import type { DeviceGrant, PollResult } from '../store/store.ts';
import { openGrant } from './grant-seal.ts';
import { familyRowId, type Handle, handleHash, newHandle } from './handle.ts';
import { parseSealedGrant } from './sealed-grant.ts';
import { deviceTokens, prepareToken } from './session-token.ts';

/** Networks jitter, and widely used clients die of one `slow_down`: the interval is enforced so much more leniently. */
const pollLeewayMs = 1_000;

/**
 * The device's poll (RFC 8628 §3.4). An allowed grant is redeemed exactly once: the grant is opened with the
 * code, sealed under a new refresh handle, and the device session begins, in one transaction.
 *
 * @throws {OAuthError} with the codes of RFC 8628 §3.5
 */
export async function redeemDeviceCode(deps: Deps, client: DeviceClientConfig, form: Form) {
  const { store, now } = deps;
  const deviceCode = form.device_code;
  if (deviceCode === undefined) throw new OAuthError('invalid_request', 'device_code is missing');
  const grant = allowedGrant(await store.pollDeviceGrant(sha256(deviceCode), client.clientId, now(), pollLeewayMs));
  const handle = newHandle();
  const hasRefreshToken = await redeem(deps, client, grant, deviceCode, handle);
  const row = await store.getDeviceSession(familyRowId(handle));
  if (!row) throw new Error('the device session just stored is not there');
  const basis = await prepareToken(deps, client, row, handle);
  return deviceTokens(deps, basis, hasRefreshToken ? handle : undefined, undefined);
}

function allowedGrant(poll: PollResult): DeviceGrant {
  switch (poll.outcome) {
    case 'allowed':
      return poll.grant;
    case 'pending':
      throw new OAuthError('authorization_pending', 'nobody has decided yet: ask again after the interval');
    case 'slow_down':
      throw new OAuthError('slow_down', `too soon: from now on wait ${poll.grant.interval} seconds between requests`);
    case 'denied':
      throw new OAuthError('access_denied', 'the person has refused', { status: 400 });
    case 'expired':
      throw new OAuthError('expired_token', 'this device_code is too old: start again');
    case 'redeemed':
      throw new OAuthError('invalid_grant', 'this device_code was used before: start again');
    case 'unknown':
    case 'wrong_client':
      throw new OAuthError('invalid_grant', 'this device_code is not one of this client: start again');
  }
}

async function redeem(
  deps: Deps,
  client: DeviceClientConfig,
  grant: DeviceGrant,
  deviceCode: string,
  handle: Handle,
): Promise<boolean> {
  const { store, ring, config, now } = deps;
  const { sub, claims, sealedGrant } = grant;
  const opened = sealedGrant && (await openGrant(ring.get(grant.ringKid).key, deviceCode, sealedGrant));
  if (!opened || !sub || !claims) throw new OAuthError('invalid_grant', 'this grant cannot be opened: start again');
  const { refreshToken, upstream, issuer, issuedAt, refreshedAt } = parseSealedGrant(opened);
  const id = familyRowId(handle);
  const sealed =
    refreshToken === undefined
      ? undefined
      : seal(ring, { purpose: 'device-refresh', id, secret: handle.secret }, refreshToken);
  const redeemed = await store.redeemDeviceGrant(grant.deviceCodeHash, now(), {
    id,
    clientId: client.clientId,
    sub,
    upstream,
    issuer,
    issuedAt,
    currentHash: handleHash(handle),
    sealedRefresh: sealed?.sealed,
    ringKid: sealed?.ringKid,
    claims,
    refreshedAt,
    scopes: grant.scopes,
    resource: grant.resource,
    name: config.devices.get(client.clientId)?.name,
    createdAt: now(),
    absoluteExpiresAt: now() + client.sessionMs,
  });
  if (!redeemed)
    throw new OAuthError(
      'invalid_grant',
      'this device_code was used before, or its sign-in has been ended: start again',
    );
  await store.appendAudit({ type: 'device.created', sub, detail: { device: id, client: client.clientId } }, now());
  return sealed !== undefined;
}
