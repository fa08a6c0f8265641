import type { ResourceConfig } from '../config/types.ts';

/**
 * How long a token minted now may live, in milliseconds: the resource's lifetime, but never past the moment
 * when what the provider last said of the person is `fresh` old, nor past the session's end.
 */
export function tokenLifeMs(resource: ResourceConfig, refreshedAt: number, sessionEndsAt: number, now: number): number {
  return Math.min(resource.lifetimeMs, refreshedAt + resource.freshMs - now, sessionEndsAt - now);
}

/**
 * The life below which it is time to ask the provider again before minting: what the caller asked for, and at
 * least half of what a fresh token would have.
 */
export function wantedLifeMs(resource: ResourceConfig, minTtlMs: number): number {
  const longest = Math.min(resource.lifetimeMs, resource.freshMs);
  return Math.min(Math.max(minTtlMs, longest / 2), longest);
}

/** Less than this is no use to anybody: it would be over on the way. */
export const leastLifeMs = 1_000;
