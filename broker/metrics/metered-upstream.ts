import type { Upstream } from '../upstream/types.ts';
import type { Metrics } from './metrics.ts';

/** The same provider, with its refreshes measured. */
export const meteredUpstream = (upstream: Upstream, metrics: Metrics): Upstream => ({
  ...upstream,
  async refresh(...input) {
    const ended = metrics.refresh(upstream.config.name);
    const outcome = await upstream.refresh(...input);
    ended(outcome.kind);
    return outcome;
  },
});
