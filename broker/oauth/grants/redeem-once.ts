import type { DeviceClientConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { seal } from '../../keys/seal.ts';
import type { DeviceGrant, DeviceSession, GrantClaims } from '../../store/store.ts';
import { familyRowId, formatHandle, type Handle, handleHash, parseHandle } from '../refresh-token-format.ts';
import { openGrant, sealGrant } from './grant-seal.ts';
import { formatSealedGrant, parseSealedGrant, type SealedGrant } from './sealed-grant.ts';
import { deviceTokens, prepareToken } from './token-response.ts';

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
 * Redeems an opened grant, exactly once, and not before its answer is ready: whatever the answer needs and does not
 * get (the provider, a key, the store) spends nothing, and the next request with the code goes on from there.
 *
 * @param how `code` as of {@link openAllowed}; `handle` becomes the session's where none has begun; `from` is the address that asks
 * @returns `undefined` where it was used before, or the provider has meanwhile ended it; without `refresh_token` where the
 *   provider gave none: the sign-in lasts as long as its first token
 * @throws {OAuthError} what {@link prepareToken} and {@link deviceTokens} throw
 */
export async function redeemOnce(
  deps: Deps,
  client: DeviceClientConfig,
  opened: OpenedGrant,
  how: { code: string; handle: Handle; from: string; scope: string | undefined; nonce?: string | undefined },
) {
  const { store, now } = deps;
  const begun = await claim(deps, client, opened, how);
  if (!begun) return undefined;
  const { row, handle } = begun;
  const absoluteExpiresAt = now() + client.sessionMs;
  const basis = await prepareToken(deps, client, { ...row, absoluteExpiresAt }, handle);
  const { scope, nonce } = how;
  const tokens = await deviceTokens(
    deps,
    { ...basis, row: { ...basis.row, absoluteExpiresAt } },
    { handle: row.sealedRefresh === undefined ? undefined : handle, scope, nonce },
  );
  const detail = { device: row.id, client: client.clientId };
  const audit = { type: 'device.created', sub: row.sub, detail };
  const redeemed = await store.redeemDeviceGrant(opened.grant.deviceCodeHash, now(), {
    id: row.id,
    absoluteExpiresAt,
    audit,
  });
  return redeemed ? tokens : undefined;
}

/** The session of the grant: the one that has begun, or else it begins. The handle stays in the grant, under the code. */
async function claim(
  deps: Deps,
  client: DeviceClientConfig,
  opened: OpenedGrant,
  { code, handle, from }: { code: string; handle: Handle; from: string },
): Promise<{ row: DeviceSession; handle: Handle } | undefined> {
  const { store } = deps;
  const { deviceCodeHash } = opened.grant;
  let known = opened.sealed.handle;
  if (known === undefined && (await begin(deps, client, opened, { handle, from }))) known = formatHandle(handle);
  if (known === undefined) {
    // Another request was faster.
    const grant = await store.getDeviceGrant(deviceCodeHash);
    known = grant && (await openAllowed(deps, grant, code))?.sealed.handle;
  }
  const found = known === undefined ? undefined : parseHandle(known);
  const row = found && (await store.getDeviceSession(familyRowId(found)));
  return row && row.state !== 'ended' ? { row, handle: found } : undefined;
}

/** The provider's refresh token moves from the grant into the session, sealed under the new handle. */
async function begin(
  { store, ring, now }: Deps,
  client: DeviceClientConfig,
  { grant, sub, claims, sealed }: OpenedGrant,
  { handle, from }: { handle: Handle; from: string },
): Promise<boolean> {
  const { refreshToken, upstream, issuer, issuedAt, refreshedAt } = sealed;
  const id = familyRowId(handle);
  const token =
    refreshToken === undefined
      ? undefined
      : seal(ring, { purpose: 'device-refresh', id, secret: handle.secret }, refreshToken);
  const begun = formatSealedGrant({ ...sealed, refreshToken: undefined, handle: formatHandle(handle) });
  return store.claimDeviceGrant(grant.deviceCodeHash, now(), {
    sealedGrant: grant.sealedGrant ?? '',
    resealed: await sealGrant(grant.publicKey, begun),
    deviceSession: {
      id,
      clientId: client.clientId,
      sub,
      upstream,
      issuer,
      issuedAt,
      currentHash: handleHash(handle),
      sealedRefresh: token?.sealed,
      ringKid: token?.ringKid,
      claims,
      refreshedAt,
      scopes: grant.scopes,
      resource: grant.resource,
      name: client.name,
      createdAt: now(),
      // Where no answer ever reaches the device, it goes with the code.
      absoluteExpiresAt: grant.expiresAt,
      lastUsedAt: now(),
      lastUsedFrom: from,
    },
  });
}
