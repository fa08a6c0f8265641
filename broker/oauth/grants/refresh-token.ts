import type { DeviceClientConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { OAuthError } from '../../errors.ts';
import { open, seal } from '../../keys/seal.ts';
import { auditEach, endSignIns } from '../../revocation/end-sign-ins.ts';
import type { DeviceSession } from '../../store/store.ts';
import type { ClientRequest } from '../public-client.ts';
import {
  familyRowId,
  type Handle,
  handleHash,
  knownSuccessor,
  parseHandle,
  successor,
} from '../refresh-token-format.ts';
import { deviceTokens, prepareToken } from './token-response.ts';

/** For so long after its exchange an old handle gets the same successor again; it never slides. */
const graceMs = 60_000;
/** Others may exchange the same handle at the same time; each of them moves the row on once. */
const attempts = 5;

/**
 * The refresh grant of devices (RFC 6749 §6), with rotation and reuse detection (RFC 9700 §4.14.2).
 *
 * @throws {OAuthError} `invalid_grant` where the handle is none of a living family; what
 *   {@link prepareToken} throws, with nothing rotated
 */
export async function refreshDevice(deps: Deps, { client, form, address }: ClientRequest) {
  if (form.refresh_token === undefined) throw new OAuthError('invalid_request', 'refresh_token is missing');
  const presented = parseHandle(form.refresh_token);
  if (!presented) throw unknownHandle();
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await find(deps, client, presented);
    const basis = await prepareToken(deps, client, found.row, found.handle);
    if (!found.isCurrent) return deviceTokens(deps, basis, { handle: found.handle, scope: form.scope });
    const next = await rotate(deps, basis.row, presented, address);
    if (next) return deviceTokens(deps, basis, { handle: next, scope: form.scope });
  }
  throw new OAuthError('temporarily_unavailable', 'many requests use this refresh_token at once: try again', {
    headers: { 'Retry-After': '1' },
  });
}

/** The living family of the handle, and the handle that opens its row: the presented one or, in grace, its successor. */
async function find(deps: Deps, client: DeviceClientConfig, presented: Handle) {
  const { store, ring, now } = deps;
  const row = await store.getDeviceSession(familyRowId(presented));
  if (!row || row.clientId !== client.clientId || row.state === 'ended' || now() >= row.absoluteExpiresAt)
    throw unknownHandle();
  const hash = handleHash(presented);
  if (hash === row.currentHash) return { row, handle: presented, isCurrent: true };
  const inGrace = hash === row.previousHash && row.previousUsedAt !== undefined && now() - row.previousUsedAt < graceMs;
  // The key may be newer than what this replica has read: without it a repetition would look like a theft.
  if (inGrace && row.ringKid !== undefined) ring.get(row.ringKid);
  const handle = inGrace ? knownSuccessor(presented, ring, row.currentHash) : undefined;
  if (handle) return { row, handle, isCurrent: false };
  await endSignIns(deps, {
    signIns: { of: 'device', id: row.id },
    reason: 'reuse_detected',
    audit: auditEach(row.sub, 'reuse_detected'),
  });
  throw unknownHandle();
}

async function rotate(
  { store, ring, now }: Deps,
  row: DeviceSession,
  handle: Handle,
  from: string,
): Promise<Handle | undefined> {
  const next = successor(handle, ring);
  const { sealedRefresh, ringKid, id } = row;
  const refreshToken =
    sealedRefresh !== undefined && ringKid !== undefined
      ? open(ring, { purpose: 'device-refresh', id, secret: handle.secret }, { sealed: sealedRefresh, ringKid })
      : undefined;
  const sealed =
    refreshToken === undefined
      ? undefined
      : seal(ring, { purpose: 'device-refresh', id, secret: next.secret }, refreshToken);
  const rotated = await store.rotateHandle(id, {
    version: row.version,
    expectCurrentHash: handleHash(handle),
    newCurrentHash: handleHash(next),
    sealedRefresh: sealed?.sealed,
    ringKid: sealed?.ringKid,
    now: now(),
    from,
  });
  return rotated ? next : undefined;
}

const unknownHandle = () => new OAuthError('invalid_grant', 'this refresh_token is not good any more: sign in again');
