import { Hono } from 'hono';
import type { Deps } from './deps.ts';
import type { Env } from './env.ts';
import { serveOpenApi } from './openapi/serve-document.ts';
import { readinessOf } from './readiness.ts';

/** Endpoints for operators and orchestrators, on `admin_listen` only. */
export function createAdminApp(deps: Deps): Hono<Env> {
  const { config, metrics } = deps;
  const app = new Hono<Env>();
  /** The process is up. */
  app.get('/healthz', (c) => c.text('ok\n'));
  /** The broker can serve: the store takes a write. */
  app.get('/readyz', async (c) => {
    const readiness = await readinessOf(deps);
    return readiness.ready ? c.json(readiness) : c.json(readiness, 503, { 'Retry-After': '1' });
  });
  app.get('/metrics', async (c) => c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }));
  /** The public surface, for developers and gateways. */
  app.get('/openapi.json', serveOpenApi(config));
  return app;
}
