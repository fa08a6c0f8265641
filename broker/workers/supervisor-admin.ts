import { Hono } from 'hono';
import type { Config } from '../config/types.ts';
import type { Env } from '../env.ts';
import type { MetricsSum } from '../metrics/metrics-sum.ts';
import { serveOpenApi } from '../openapi/serve-document.ts';
import type { Readiness } from '../readiness.ts';
import { createStartingAdminApp } from '../starting-app.ts';
import type { Supervisor } from './supervisor.ts';

/**
 * Endpoints for operators in front of several workers. `/readyz` says how many of them serve, and is 200 if at least one
 * can. `/metrics` adds their figures up.
 */
export function createSupervisorAdmin({
  supervisor,
  sum,
  count,
  config,
}: {
  supervisor: Pick<Supervisor, 'ask'>;
  sum: MetricsSum;
  count: number;
  config: Pick<Config, 'issuer'>;
}): Hono<Env> {
  const app = new Hono<Env>();
  const starting = createStartingAdminApp();
  app.get('/healthz', (c) => c.text('ok\n'));
  app.get('/readyz', async (c) => {
    const all = [...(await supervisor.ask('readiness')).values()] as Readiness[];
    const best = all.find(({ ready }) => ready) ?? all[0];
    if (!best) return starting.fetch(c.req.raw);
    const body = { ...best, workers: { configured: count, serving: all.filter(({ ready }) => ready).length } };
    return best.ready ? c.json(body) : c.json(body, 503, { 'Retry-After': '1' });
  });
  app.get('/metrics', async (c) => {
    const text = await sum.text((await supervisor.ask('metrics')) as Map<number, object[]>);
    return c.body(text, 200, { 'Content-Type': sum.contentType });
  });
  app.get('/openapi.json', serveOpenApi(config));
  return app;
}
