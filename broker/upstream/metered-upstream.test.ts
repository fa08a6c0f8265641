import { expect, it } from 'vitest';
import { createMetrics } from '../metrics/metrics.ts';
import { meteredUpstream } from './metered-upstream.ts';
import type { Upstream } from './types.ts';

it('refreshes are counted by what came of them', async () => {
  const metrics = createMetrics();
  const upstream = { config: { name: 'okta' }, refresh: async () => ({ kind: 'ended' }) } as unknown as Upstream;
  await meteredUpstream(upstream, metrics).refresh('a-token', 'ada');
  const text = await metrics.text();
  expect(text).toContain('latchkey_upstream_refresh_duration_seconds_count{upstream="okta",outcome="ended"} 1');
  expect(text).not.toContain('ada');
});
