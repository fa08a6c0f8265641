import type { Deps } from '../deps.ts';
import type { DeviceGrant } from '../store/store.ts';
import type { Identity } from '../upstream/types.ts';
import { sealGrant } from './grants/grant-seal.ts';
import { formatSealedGrant } from './grants/sealed-grant.ts';

/** The provider's grant for a device or a native client, and the person it belongs to. */
export interface UpstreamGranted {
  /** The provider's name. */
  upstream: string;
  identity: Identity;
  refreshToken: string | undefined;
  /** When the sign-in for "Allow" began, by the broker's clock. */
  beganAt: number;
}

/** Why a request can no longer be decided. */
export type Undecidable = 'expired' | 'used';

/** "Allow": seals the provider's grant to the device and marks the request as decided. */
export async function allowDevice(
  { store, log, now }: Pick<Deps, 'store' | 'log' | 'now'>,
  { upstream, identity, refreshToken, beganAt }: UpstreamGranted,
  { deviceCodeHash, sub }: { deviceCodeHash: string; sub: string },
): Promise<'allowed' | Undecidable> {
  const grant = await store.getDeviceGrant(deviceCodeHash);
  if (!grant) return 'expired';
  if (refreshToken === undefined) log.warn({ event: 'no_refresh_token', upstream, client: grant.clientId });
  const sealedGrant = await sealGrant(
    grant.publicKey,
    formatSealedGrant({
      refreshToken,
      upstream,
      issuer: identity.issuer,
      issuedAt: identity.issuedAt,
      refreshedAt: now(),
      beganAt,
    }),
  );
  const decided = await store.decideDeviceGrant(
    deviceCodeHash,
    { decision: 'allow', sub, sealedGrant, claims: identity.claims, scopes: grant.scopes },
    now(),
  );
  if (!decided) return whyUndecidable(grant, now());
  await store.appendAudit(
    { type: 'device.allowed', sub, detail: { client: grant.clientId, scope: grant.scopes.join(' ') } },
    now(),
  );
  return 'allowed';
}

/**
 * "Deny".
 *
 * @param isReport whether the person reports a request that they did not start; administrators are notified
 */
export async function denyDevice(
  { store, log, now }: Pick<Deps, 'store' | 'log' | 'now'>,
  { deviceCodeHash, sub, isReport }: { deviceCodeHash: string; sub: string; isReport: boolean },
): Promise<'denied' | 'reported' | Undecidable> {
  const denied = await store.decideDeviceGrant(deviceCodeHash, { decision: 'deny', sub }, now());
  const grant = await store.getDeviceGrant(deviceCodeHash);
  if (!denied) return whyUndecidable(grant, now());
  // Whoever investigates a report needs to know where the request came from.
  const detail = { client: grant?.clientId, address: grant?.ip, user_agent: grant?.userAgent };
  await store.appendAudit({ type: isReport ? 'device.reported' : 'device.denied', sub, detail }, now());
  if (isReport) log.warn({ event: 'device_reported', client: grant?.clientId, address: grant?.ip });
  return isReport ? 'reported' : 'denied';
}

const whyUndecidable = (grant: Pick<DeviceGrant, 'expiresAt'> | undefined, now: number): Undecidable =>
  grant === undefined || grant.expiresAt <= now ? 'expired' : 'used';
