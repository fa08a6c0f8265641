import type { DeviceClientConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { seal } from '../../keys/seal.ts';
import type { BrokerEvent } from '../../revocation/publisher.ts';
import type { DeviceGrant, DeviceSession, GrantClaims } from '../../store/store.ts';
import type { CheckedProof } from '../../tokens/proof-checker.ts';
import {
  type DeviceRefreshToken,
  familyRowId,
  formatRefreshToken,
  parseRefreshToken,
  refreshTokenHash,
} from '../refresh-token-format.ts';
import { requireBinding } from '../token-proof.ts';
import { deviceTokens, prepareToken } from './device-tokens.ts';
import { openGrant, sealGrant } from './grant-seal.ts';
import { requireSameKey } from './same-key.ts';
import { formatSealedGrant, parseSealedGrant, type SealedGrant } from './sealed-grant.ts';
import { tokenTarget } from './token-target.ts';

/** An allowed grant, opened with its code. */
export interface OpenedGrant {
  grant: DeviceGrant;
  sub: string;
  claims: GrantClaims;
  sealed: SealedGrant;
}

/**
 * Opens an allowed grant.
 *
 * @param code the `device_code` or the authorization code
 * @returns `undefined` if the code opens no grant
 */
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
 * Redeems an opened grant exactly once, and only when its response is ready. If the provider, a key or the store
 * fails, nothing is spent, and the next request with the code continues from there.
 *
 * @param how `code` as in {@link openAllowed}; `refreshToken` is for a session that has not begun yet; `from` is the
 *   caller's address
 * @returns `undefined` if the grant was redeemed before or the provider has ended it since; no `refresh_token` if the
 *   provider issued none, in which case the sign-in lasts as long as its first token
 * @throws {OAuthError} the errors of {@link prepareToken} and {@link deviceTokens}
 */
export async function redeemOnce(
  deps: Deps,
  client: DeviceClientConfig,
  opened: OpenedGrant,
  how: {
    code: string;
    refreshToken: DeviceRefreshToken;
    from: string;
    scope: string | undefined;
    /** The request's `resource`. */
    resource: string | undefined;
    proof: CheckedProof | undefined;
    nonce?: string | undefined;
  },
) {
  const { store, now } = deps;
  // What is wrong with the resource or the key uses up nothing, and starts nothing.
  const jkt = requireBinding(deps, tokenTarget(deps, opened.grant, how.resource), how.proof);
  const holder = { client: client.clientId, sub: opened.sub };
  requireSameKey(opened.sealed.authorization?.dpopJkt, how.proof, holder);
  await how.proof?.use();
  const begun = await claim(deps, client, opened, how);
  if (!begun) return undefined;
  const { row, refreshToken } = begun;
  requireSameKey(row.jkt, how.proof, holder);
  const absoluteExpiresAt = now() + client.sessionMs;
  const basis = await prepareToken(deps, client, { ...row, absoluteExpiresAt }, refreshToken, how.resource);
  const { scope, nonce } = how;
  const tokens = await deviceTokens(
    deps,
    { ...basis, row: { ...basis.row, absoluteExpiresAt } },
    { refreshToken: row.sealedRefresh === undefined ? undefined : refreshToken, scope, jkt, nonce },
  );
  const detail = { device: row.id, client: client.clientId, from: how.from };
  const event: BrokerEvent = { type: 'sign_in', sub: row.sub };
  const redeemed = await store.redeemDeviceGrant(opened.grant.deviceCodeHash, now(), {
    id: row.id,
    absoluteExpiresAt,
    report: { at: now(), audit: [{ type: 'device.created', sub: row.sub, detail }], events: [event] },
  });
  if (!redeemed) return undefined;
  deps.metrics.signIn('device', 'completed');
  return tokens;
}

/** What a session begins with. */
interface Beginning {
  refreshToken: DeviceRefreshToken;
  /** The caller's address. */
  from: string;
  /** By the key that the refresh token is bound to. */
  proof: CheckedProof | undefined;
}

/** Finds or begins the grant's session. The session's refresh token stays in the grant, sealed to the code. */
async function claim(
  deps: Deps,
  client: DeviceClientConfig,
  opened: OpenedGrant,
  { code, refreshToken, from, proof }: { code: string } & Beginning,
): Promise<{ row: DeviceSession; refreshToken: DeviceRefreshToken } | undefined> {
  const { store } = deps;
  const { deviceCodeHash } = opened.grant;
  let known = opened.sealed.deviceRefreshToken;
  if (known === undefined && (await begin(deps, client, opened, { refreshToken, from, proof })))
    known = formatRefreshToken(refreshToken);
  if (known === undefined) {
    // A concurrent request was faster.
    const grant = await store.getDeviceGrant(deviceCodeHash);
    known = grant && (await openAllowed(deps, grant, code))?.sealed.deviceRefreshToken;
  }
  const found = known === undefined ? undefined : parseRefreshToken(known);
  const row = found && (await store.getDeviceSession(familyRowId(found)));
  return row && row.state !== 'ended' ? { row, refreshToken: found } : undefined;
}

/** Moves the provider's refresh token from the grant into a new session and seals it under the device's refresh token. */
async function begin(
  { store, ring, now }: Pick<Deps, 'store' | 'ring' | 'now'>,
  client: DeviceClientConfig,
  { grant, sub, claims, sealed }: OpenedGrant,
  { refreshToken, from, proof }: Beginning,
): Promise<boolean> {
  const { refreshToken: upstreamToken, upstream, issuer, issuedAt, refreshedAt, beganAt = grant.createdAt } = sealed;
  const id = familyRowId(refreshToken);
  const token =
    upstreamToken === undefined
      ? undefined
      : seal(ring, { purpose: 'device-refresh', id, secret: refreshToken.secret }, upstreamToken);
  const begun = formatSealedGrant({
    ...sealed,
    refreshToken: undefined,
    deviceRefreshToken: formatRefreshToken(refreshToken),
  });
  return store.claimDeviceGrant(grant.deviceCodeHash, now(), {
    sealedGrant: grant.sealedGrant ?? '',
    resealed: await sealGrant(grant.publicKey, begun),
    beganAt,
    deviceSession: {
      id,
      clientId: client.clientId,
      sub,
      upstream,
      issuer,
      issuedAt,
      currentHash: refreshTokenHash(refreshToken),
      sealedRefresh: token?.sealed,
      ringKid: token?.ringKid,
      claims,
      refreshedAt,
      scopes: grant.scopes,
      resource: grant.resource,
      name: client.name,
      createdAt: now(),
      // If no response ever reaches the device, the session expires with the code.
      absoluteExpiresAt: grant.expiresAt,
      lastUsedAt: now(),
      lastUsedFrom: from,
      jkt: proof?.jkt,
    },
  });
}
