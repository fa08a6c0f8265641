import type { Metrics } from '../metrics/metrics.ts';
import type { Upstream } from './types.ts';

/** The same provider, with its refreshes measured. */
export const meteredUpstream = (upstream: Upstream, metrics: Pick<Metrics, 'refresh'>): Upstream => ({
  ...upstream,
  async refresh(...input) {
    const ended = metrics.refresh(upstream.config.name);
    const outcome = await upstream.refresh(...input);
    ended(outcome.kind);
    return outcome;
  },
});
