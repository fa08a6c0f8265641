import type { Metrics } from '../metrics/metrics.ts';
import type { Upstream } from './types.ts';

/** Wraps an upstream to record metrics for its refreshes. */
export const meteredUpstream = (upstream: Upstream, metrics: Pick<Metrics, 'refresh'>): Upstream => ({
  ...upstream,
  async refresh(...input) {
    const ended = metrics.refresh(upstream.config.name);
    const outcome = await upstream.refresh(...input);
    ended(outcome.kind);
    return outcome;
  },
});
