import type { Clock } from '@latchkey/shared/time.ts';
import { Hono } from 'hono';
import type { Config } from './config/types.ts';
import type { Env } from './env.ts';
import { unavailable } from './errors.ts';
import type { Log } from './log.ts';
import { errorAnswer } from './middleware/error-answer.ts';
import { language } from './middleware/page-language.ts';
import { requestLog } from './middleware/request-log.ts';
import { requestTrace } from './middleware/request-trace.ts';
import { secureHeaders } from './middleware/secure-headers.ts';
import { noTracing } from './trace/tracing.ts';

const retryAfterMs = 2_000;

/** Answers on the public address until the broker has its store: every request gets 503, and people get a page. */
export function createStartingApp(deps: {
  config: Pick<Config, 'issuer' | 'branding'>;
  log: Log;
  now: Clock;
}): Hono<Env> {
  const { config } = deps;
  const app = new Hono<Env>();
  app.onError(errorAnswer(deps));
  app.use(requestTrace({ tracing: noTracing, config }));
  app.use(requestLog(deps));
  app.use(secureHeaders(config.issuer));
  app.use(language(config));
  app.all('*', () => {
    throw unavailable('the broker is starting and waits for its database; try again', retryAfterMs);
  });
  return app;
}

/** Answers on `admin_listen` until the broker has its store: the process lives, and is not ready. */
export function createStartingAdminApp(): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/healthz', (c) => c.text('ok\n'));
  app.all('*', (c) =>
    c.json({ ready: false, store: 'does not answer' }, 503, { 'Retry-After': String(retryAfterMs / 1_000) }),
  );
  return app;
}
