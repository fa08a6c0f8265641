import { Hono } from 'hono';
import type { Deps } from './deps.ts';
import type { Env } from './env.ts';
import { errorSummary } from './log.ts';
import type { Backoff } from './upstream/backoff.ts';
import type { Refusals } from './upstream/refusals.ts';

/** Endpoints for operators and orchestrators, on `admin_listen` only. */
export function createAdminApp({ store, upstreams, backoff, refusals, metrics, log, now }: Deps): Hono<Env> {
  const app = new Hono<Env>();
  /** The process is up. */
  app.get('/healthz', (c) => c.text('ok\n'));
  /**
   * The broker can serve: the store takes a write. The response also has what is known of the providers. One that is away
   * or refuses this broker makes no replica unready, because all replicas see the same, and tokens are issued while the person's data is fresh.
   */
  app.get('/readyz', async (c) => {
    const providers = Object.fromEntries(
      [...upstreams.keys()].map((name) => [name, providerState(backoff, refusals, name)]),
    );
    try {
      await store.pingWrite(now());
      return c.json({ ready: true, store: 'answers', providers });
    } catch (error) {
      log.error({ event: 'not_ready', cause: errorSummary(error) });
      return c.json({ ready: false, store: 'does not take writes', providers }, 503, { 'Retry-After': '1' });
    }
  });
  app.get('/metrics', async (c) => c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }));
  return app;
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
