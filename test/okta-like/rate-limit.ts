const windowMs = 60_000;

/**
 * Counts calls a path and minute, as Okta does: what is left and when it begins anew, in UTC epoch seconds, is in
 * every answer's headers; a 429 has no `Retry-After`.
 *
 * @see https://developer.okta.com/docs/reference/rl-best-practices/
 */
export function createRateLimit({ now }: { now: () => number }) {
  const buckets = new Map<string, { used: number; resetAt: number }>();
  let limit = 1_200;

  return {
    /** From now on, for each path. */
    set limit(perMinute: number) {
      limit = perMinute;
      buckets.clear();
    },
    take(path: string) {
      const known = buckets.get(path);
      const bucket = known && now() < known.resetAt ? known : { used: 0, resetAt: now() + windowMs };
      bucket.used += 1;
      buckets.set(path, bucket);
      return {
        exceeded: bucket.used > limit,
        headers: {
          'x-rate-limit-limit': String(limit),
          'x-rate-limit-remaining': String(Math.max(0, limit - bucket.used)),
          'x-rate-limit-reset': String(Math.ceil(bucket.resetAt / 1_000)),
        },
      };
    },
  };
}
