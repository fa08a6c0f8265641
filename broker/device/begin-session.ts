import type { DeviceClientConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { seal } from '../keys/seal.ts';
import type { DeviceGrant, GrantClaims } from '../store/store.ts';
import { openGrant } from './grant-seal.ts';
import { familyRowId, type Handle, handleHash } from './handle.ts';
import { parseSealedGrant, type SealedGrant } from './sealed-grant.ts';
import { prepareToken, type TokenBasis } from './session-token.ts';

/** An allowed grant that whoever has its code has opened. */
export interface OpenedGrant {
  grant: DeviceGrant;
  sub: string;
  claims: GrantClaims;
  sealed: SealedGrant;
}

/** @param code the `device_code`, or the authorization code @returns `undefined` where it opens nothing */
export async function openAllowed(
  { ring }: Pick<Deps, 'ring'>,
  grant: DeviceGrant,
  code: string,
): Promise<OpenedGrant | undefined> {
  const { sub, claims, sealedGrant, ringKid } = grant;
  const opened = sealedGrant && (await openGrant(ring.get(ringKid).key, code, sealedGrant));
  return opened && sub && claims ? { grant, sub, claims, sealed: parseSealedGrant(opened) } : undefined;
}

/**
 * Turns an opened grant into the device's session, exactly once: the provider's refresh token is sealed under the
 * new handle, and grant and session change in one transaction.
 *
 * @param how `from` is the address that asks
 * @returns `undefined` where it was used before, or the provider has meanwhile ended it; without `handle` where the
 *   provider gave no refresh token: the sign-in lasts as long as its first token
 */
export async function beginSession(
  deps: Deps,
  client: DeviceClientConfig,
  { grant, sub, claims, sealed }: OpenedGrant,
  { handle, from }: { handle: Handle; from: string },
): Promise<{ basis: TokenBasis; handle: Handle | undefined } | undefined> {
  const { store, ring, now } = deps;
  const { refreshToken, upstream, issuer, issuedAt, refreshedAt } = sealed;
  const id = familyRowId(handle);
  const resealed =
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
    sealedRefresh: resealed?.sealed,
    ringKid: resealed?.ringKid,
    claims,
    refreshedAt,
    scopes: grant.scopes,
    resource: grant.resource,
    name: client.name,
    createdAt: now(),
    absoluteExpiresAt: now() + client.sessionMs,
    lastUsedAt: now(),
    lastUsedFrom: from,
  });
  if (!redeemed) return undefined;
  await store.appendAudit({ type: 'device.created', sub, detail: { device: id, client: client.clientId } }, now());
  const row = await store.getDeviceSession(id);
  if (!row || row.state === 'ended') return undefined;
  const basis = await prepareToken(deps, client, row, handle);
  return { basis, handle: resealed === undefined ? undefined : handle };
}
