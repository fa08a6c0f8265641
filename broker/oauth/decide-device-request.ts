import type { Deps } from '../deps.ts';
import type { DeviceGrant } from '../store/store.ts';
import type { Identity } from '../upstream/types.ts';
import { warnOfMissingGrant } from '../upstream/warn-of-missing-grant.ts';
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

/** How a request ended that can no longer be decided. `used`: by somebody else. */
export type Decided = 'allowed' | 'denied' | 'expired' | 'used';

/**
 * "Allow": seals the provider's grant to the device and marks the request as decided.
 *
 * @returns how the request stands now, and whether the device has this grant
 */
export async function allowDevice(
  { store, log, now }: Pick<Deps, 'store' | 'log' | 'now'>,
  { upstream, identity, refreshToken, beganAt }: UpstreamGranted,
  { deviceCodeHash, sub }: { deviceCodeHash: string; sub: string },
): Promise<{ decision: Decided; isTaken: boolean }> {
  const grant = await store.getDeviceGrant(deviceCodeHash);
  if (!grant) return { decision: 'expired', isTaken: false };
  warnOfMissingGrant({ log }, { upstream, client: grant.clientId }, refreshToken);
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
    {
      at: now(),
      audit: [{ type: 'device.allowed', sub, detail: { client: grant.clientId, scope: grant.scopes.join(' ') } }],
    },
  );
  if (!decided) {
    const decision = howDecided(await store.getDeviceGrant(deviceCodeHash), sub, now());
    return { decision, isTaken: false };
  }
  return { decision: 'allowed', isTaken: true };
}

/**
 * How a person denies a request. `reported`: they did not start it, and administrators are notified. `wrong_number`: they
 * picked a number that the device does not show.
 */
export type Denial = 'denied' | 'reported' | 'wrong_number';

/** "Deny". */
export async function denyDevice<As extends Denial>(
  { store, log, now }: Pick<Deps, 'store' | 'log' | 'now'>,
  { deviceCodeHash, sub, as }: { deviceCodeHash: string; sub: string; as: As },
): Promise<As | Decided> {
  const grant = await store.getDeviceGrant(deviceCodeHash);
  // Whoever investigates a report needs to know where the request came from.
  const from = { client: grant?.clientId, address: grant?.ip };
  const reason = as === 'wrong_number' ? { reason: as } : {};
  const detail = { ...from, user_agent: grant?.userAgent, ...reason };
  const denied = await store.decideDeviceGrant(deviceCodeHash, { decision: 'deny', sub }, now(), {
    at: now(),
    audit: [{ type: as === 'reported' ? 'device.reported' : 'device.denied', sub, detail }],
  });
  if (!denied) return howDecided(await store.getDeviceGrant(deviceCodeHash), sub, now());
  if (as !== 'denied') log.warn({ event: `device_${as}`, ...from });
  return as;
}

/**
 * How a request stands, for the person who entered its code. A decision that is sent twice has the same result twice.
 *
 * @param sub the person; another one's decision is none of their business
 */
export function decisionOn(grant: DeviceGrant, sub: string, now: number): 'pending' | Decided {
  const { state, expiresAt } = grant;
  if (state === 'pending') return expiresAt <= now ? 'expired' : 'pending';
  if (grant.sub !== sub) return 'used';
  if (state === 'denied') return 'denied';
  // Nobody fetched what was allowed in time.
  return state === 'allowed' && expiresAt <= now ? 'expired' : 'allowed';
}

function howDecided(grant: DeviceGrant | undefined, sub: string, now: number): Decided {
  const decision = grant === undefined ? 'expired' : decisionOn(grant, sub, now);
  return decision === 'pending' ? 'expired' : decision;
}
