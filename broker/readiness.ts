import type { Deps } from './deps.ts';
import { errorSummary } from './log.ts';
import type { Backoff } from './upstream/backoff.ts';
import type { Refusals } from './upstream/refusals.ts';

/** Whether a broker can serve, and what it knows of its providers. */
export interface Readiness {
  ready: boolean;
  store: 'answers' | 'does not take writes';
  providers: Readonly<Record<string, object>>;
}

/**
 * Finds out whether the broker can serve: the store takes a write. A provider that is away or refuses this broker makes no
 * replica unready, because all replicas see the same, and tokens are issued while the person's data is fresh.
 */
export async function readinessOf({
  store,
  upstreams,
  backoff,
  refusals,
  log,
  now,
}: Pick<Deps, 'store' | 'upstreams' | 'backoff' | 'refusals' | 'log' | 'now'>): Promise<Readiness> {
  const providers = Object.fromEntries(
    [...upstreams.keys()].map((name) => [name, providerState(backoff, refusals, name)]),
  );
  try {
    await store.pingWrite(now());
    return { ready: true, store: 'answers', providers };
  } catch (error) {
    log.error({ event: 'not_ready', cause: errorSummary(error) });
    return { ready: false, store: 'does not take writes', providers };
  }
}

/**
 * The circuit breaker of a provider: `open` while it is left alone, `half_open` when the next request tries it again.
 * And what it refuses this broker as a client, which only an administrator can correct.
 */
function providerState(backoff: Backoff, refusals: Refusals, name: string) {
  const refuses = refusals.of(name).map(({ since, ...refusal }) => ({ ...refusal, since: new Date(since) }));
  return { ...circuit(backoff, name), ...(refuses.length > 0 ? { refuses } : {}) };
}

function circuit(backoff: Backoff, name: string) {
  const [failures, waitMs] = [backoff.failures(name), backoff.waitMs(name)];
  if (failures === 0) return { circuit: 'closed' };
  return waitMs > 0 ? { circuit: 'open', failures, retry_after_ms: waitMs } : { circuit: 'half_open', failures };
}
