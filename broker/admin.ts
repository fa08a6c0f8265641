import { Hono } from 'hono';
import type { Deps } from './deps.ts';
import type { Env } from './env.ts';

/** What operators and orchestrators ask, on `admin_listen` only. */
export function createAdminApp({ store, log }: Deps): Hono<Env> {
  const app = new Hono<Env>();
  /** The process is up. */
  app.get('/healthz', (c) => c.text('ok\n'));
  /** It can serve: the store answers. */
  app.get('/readyz', async (c) => {
    try {
      await store.ping();
      return c.json({ ready: true });
    } catch {
      log.warn({ event: 'not_ready', cause: 'store' });
      return c.json({ ready: false, store: 'does not answer' }, 503);
    }
  });
  return app;
}
