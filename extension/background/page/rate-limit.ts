import type { Clock } from '@latchkey/shared/time.ts';

/**
 * Counts events per key in fixed windows, in memory. It keeps a page from flooding the background. A stopped background
 * can't be flooded, so the counts aren't stored.
 *
 * @returns `undefined` within the limit, else milliseconds until the window ends
 */
export function createRateLimit(
  limit: { count: number; perMs: number },
  now: Clock,
): (key: string) => number | undefined {
  const windows = new Map<string, { endsAt: number; count: number }>();
  return (key) => {
    const at = now();
    for (const [old, { endsAt }] of windows) if (endsAt <= at) windows.delete(old);
    const window = windows.get(key) ?? { endsAt: at + limit.perMs, count: 0 };
    windows.set(key, window);
    window.count += 1;
    return window.count > limit.count ? window.endsAt - at : undefined;
  };
}
