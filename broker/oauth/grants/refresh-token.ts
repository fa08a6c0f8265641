import type { DeviceClientConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import { open, seal } from '../../keys/seal.ts';
import { budgets } from '../../limits/budgets.ts';
import { auditEach, endSignIns } from '../../revocation/end-sign-ins.ts';
import type { DeviceSession } from '../../store/store.ts';
import type { ClientRequest } from '../public-client.ts';
import {
  type DeviceRefreshToken,
  familyRowId,
  findNextRefreshToken,
  nextRefreshToken,
  parseRefreshToken,
  refreshTokenHash,
} from '../refresh-token-format.ts';
import { requireBinding, tokenProof } from '../token-proof.ts';
import { deviceTokens, prepareToken } from './device-tokens.ts';
import { requireSameKey } from './same-key.ts';
import { tokenTarget } from './token-target.ts';

/** For this long after its first use, an old refresh token returns the same successor. The window never slides. */
const graceMs = 60_000;
/** Concurrent requests with the same refresh token each change the row once, which makes the others retry. */
const attempts = 5;

/**
 * Handles the refresh token grant of devices (RFC 6749 §6), with rotation and reuse detection (RFC 9700 §4.14.2).
 *
 * @throws {OAuthError} `invalid_grant` if the refresh token belongs to no live family or was used before; the errors
 *   of {@link prepareToken}, without rotation
 */
export async function refreshTokenGrant(deps: Deps, { client, form, address, caller, proof: header }: ClientRequest) {
  if (form.refresh_token === undefined) throw new OAuthError('invalid_request', 'refresh_token is missing');
  const presented = parseRefreshToken(form.refresh_token);
  if (!presented) throw unusable();
  const proof = await tokenProof(deps, header);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await find(deps, client, presented);
    requireSameKey(found.row.jkt, proof, { client: client.clientId, sub: found.row.sub });
    const jkt = requireBinding(deps, tokenTarget(deps, found.row, form.resource), proof);
    if (attempt === 0) {
      await deps.count(budgets.deviceRefresh, found.row.id);
      await deps.count(budgets.grants.refresh_token, caller);
    }
    await proof?.use();
    const basis = await prepareToken(deps, client, found.row, found.refreshToken, form.resource);
    if (!found.isCurrent)
      return deviceTokens(deps, basis, { refreshToken: found.refreshToken, scope: form.scope, jkt });
    const next = await rotate(deps, basis.row, presented, { from: address, jkt });
    if (next) return deviceTokens(deps, basis, { refreshToken: next, scope: form.scope, jkt });
  }
  throw new OAuthError(
    'temporarily_unavailable',
    'too many requests with this refresh token at the same time; try again',
    {
      headers: { 'Retry-After': '1' },
    },
  );
}

/**
 * Returns the family's row and the refresh token that opens it: the presented one or, in the grace period, its
 * successor.
 */
async function find(deps: Deps, client: DeviceClientConfig, presented: DeviceRefreshToken) {
  const { store, ring, now } = deps;
  const row = await store.getDeviceSession(familyRowId(presented));
  if (!row || row.clientId !== client.clientId || row.state === 'ended' || now() >= row.absoluteExpiresAt)
    throw unusable();
  const hash = refreshTokenHash(presented);
  if (hash === row.currentHash) return { row, refreshToken: presented, isCurrent: true };
  const inGrace = hash === row.previousHash && row.previousUsedAt !== undefined && now() - row.previousUsedAt < graceMs;
  // The key may be newer than this replica's copy of the ring. Without the key, a retry would look like a theft.
  if (inGrace && row.ringKid !== undefined) ring.get(row.ringKid);
  const refreshToken = inGrace ? findNextRefreshToken(presented, ring, row.currentHash) : undefined;
  if (refreshToken) return { row, refreshToken, isCurrent: false };
  await endSignIns(deps, {
    signIns: { of: 'device', id: row.id },
    reason: 'reuse_detected',
    audit: auditEach(row.sub, 'reuse_detected'),
  });
  throw unusable();
}

async function rotate(
  { store, ring, now }: Pick<Deps, 'store' | 'ring' | 'now'>,
  row: DeviceSession,
  refreshToken: DeviceRefreshToken,
  { from, jkt }: { from: string; jkt: string | undefined },
): Promise<DeviceRefreshToken | undefined> {
  const next = nextRefreshToken(refreshToken, ring);
  const { sealedRefresh, ringKid, id } = row;
  const upstreamToken =
    sealedRefresh !== undefined && ringKid !== undefined
      ? open(ring, { purpose: 'device-refresh', id, secret: refreshToken.secret }, { sealed: sealedRefresh, ringKid })
      : undefined;
  const sealed =
    upstreamToken === undefined
      ? undefined
      : seal(ring, { purpose: 'device-refresh', id, secret: next.secret }, upstreamToken);
  const rotated = await store.rotateRefreshToken(id, {
    version: row.version,
    expectCurrentHash: refreshTokenHash(refreshToken),
    newCurrentHash: refreshTokenHash(next),
    sealedRefresh: sealed?.sealed,
    ringKid: sealed?.ringKid,
    jkt,
    now: now(),
    from,
  });
  return rotated ? next : undefined;
}

const unusable = () =>
  new OAuthError('invalid_grant', 'refresh token has expired, was revoked, or was already used; sign in again');
