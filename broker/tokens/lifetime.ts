import type { ResourceConfig } from '../config/types.ts';

/**
 * Lifetime of a token minted now, in milliseconds: the resource's lifetime, limited by the end of the session and by
 * the time when the provider's last claims about the person become older than `fresh`.
 */
export function tokenLifeMs(resource: ResourceConfig, refreshedAt: number, sessionEndsAt: number, now: number): number {
  return Math.min(resource.lifetimeMs, refreshedAt + resource.freshMs - now, sessionEndsAt - now);
}

/**
 * Remaining lifetime, in milliseconds, below which the broker refreshes at the provider before minting: the caller's
 * minimum, but at least half the lifetime of a fresh token.
 */
export function wantedLifeMs(resource: ResourceConfig, minTtlMs: number): number {
  const longest = Math.min(resource.lifetimeMs, resource.freshMs);
  return Math.min(Math.max(minTtlMs, longest / 2), longest);
}

/** Minimum useful token lifetime, in milliseconds. A shorter-lived token would expire in transit. */
export const leastLifeMs = 1_000;
