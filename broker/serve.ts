import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdminApp } from './admin.ts';
import { createApp } from './app.ts';
import { createConfigAudit } from './audit/config-audit.ts';
import { createAuditSealer } from './audit/seal-audit.ts';
import { compose } from './compose.ts';
import { reloadConfig } from './config/reload-config.ts';
import { reloadableConfig } from './config/reloadable-config.ts';
import type { Config } from './config/types.ts';
import { openRingOf } from './keys/reloadable-ring.ts';
import { type Listener, openListener } from './listener.ts';
import { atLeast, errorSummary, type Log } from './log.ts';
import { countedLog } from './metrics/counted-log.ts';
import { createMetrics } from './metrics/metrics.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { createStartingAdminApp, createStartingApp } from './starting-app.ts';
import { createStore } from './store/open.ts';
import type { Operator } from './store/store.ts';
import { openTracing } from './trace/open-tracing.ts';
import { createSecretExpiryWarnings } from './upstream/expiring-secrets.ts';
import { untilStoreAnswers } from './wait-for-store.ts';

export interface StartOptions {
  /** Ends the wait for the store. */
  stop?: AbortSignal;
  /** OpenTelemetry's variables are read from here. Default: none, so traces are off. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Of this package. */
  version?: string;
  /** Who runs the broker, for the audit log. Default: an unknown user of this host. */
  operator?: Operator;
  /** Whether it answers on `admin_listen`. Default: true. For workers, their supervisor does. */
  hasAdmin?: boolean;
}

export interface RunningBroker {
  /** The actual address. The configured port may be 0. */
  address: AddressInfo;
  adminAddress: AddressInfo | undefined;
  /** What `/readyz` answers. */
  readiness(): Promise<Readiness>;
  /** What `/metrics` answers, one object for each metric. */
  metrics(): Promise<object[]>;
  /** Rereads the key file now instead of at the next check. */
  reloadKeys(): void;
  /** Replaces the configuration with what `read` returns. If that has errors, logs them and keeps the old one. */
  reloadConfig(read: () => Config): void;
  /** Finishes pending requests, then closes the store. */
  close(): Promise<void>;
}

const collectEveryMs = 60_000;
const collectBatch = 500;
const reloadKeysEveryMs = 5_000;
/** Until an audit entry is sealed, someone with the database could change it unnoticed. */
const sealAuditEveryMs = 5_000;
/** How long the last spans may take to reach the collector. */
const closeTracingMs = 2_000;

/**
 * Starts the broker: opens both listeners, migrates the store, and creates signing keys. All or nothing: if any of that
 * fails, nothing stays open. The provider may be down. Until the store answers, the broker waits, and is not ready.
 *
 * @throws {RingError} | {ConfigError} | a store's or a listener's error
 */
export async function startBroker(
  config: Config,
  destination: Log,
  {
    stop = new AbortController().signal,
    env = {},
    version = 'unknown',
    hasAdmin = true,
    operator = { user: 'unknown', host: hostname() },
  }: StartOptions = {},
): Promise<RunningBroker> {
  const now = () => Date.now();
  const live = reloadableConfig(config);
  const metrics = createMetrics();
  const log = countedLog(
    atLeast(destination, () => live.config.logLevel),
    metrics,
  );
  await using opened = new AsyncDisposableStack();
  const store = opened.adopt(
    await createStore(config.store, {
      now,
      onError: (error) => log.error({ event: 'store_connection', cause: errorSummary(error) }),
    }),
    (it) => it.close(),
  );
  let app = createStartingApp({ config, log, now });
  let adminApp = createStartingAdminApp();
  const server = opened.adopt(
    await openListener((request, env) => app.fetch(request, env), config.listen, config),
    close,
  );
  const admin = hasAdmin
    ? opened.adopt(
        await openListener((request, env) => adminApp.fetch(request, env), config.adminListen, config),
        close,
      )
    : undefined;
  const waiting = { log, now, sleep: (ms: number) => sleep(ms, undefined, { signal: stop }), stop };
  const ring = await untilStoreAnswers(async () => {
    await store.migrate();
    return openRingOf(store, config.keysFile, log);
  }, waiting);
  const tracing = await openTracing(env, { ring, log, now, version });
  opened.defer(() => tracing.close());
  const deps = compose({
    config: live.config,
    store,
    ring,
    log,
    now,
    elapsed: () => performance.now(),
    fetch: (input, init) => globalThis.fetch(input, init),
    random: () => Math.random(),
    sleep: (ms) => sleep(ms, undefined, { ref: false }),
    every(ms, work) {
      const timer = setInterval(() => void work(), ms).unref();
      return () => clearInterval(timer);
    },
    metrics,
    tracing,
  });
  metrics.watchProcess();
  metrics.build(version);
  await untilStoreAnswers(() => deps.keys.current(), waiting);
  [app, adminApp] = [createApp(deps), createAdminApp(deps)];
  const collector = setInterval(() => void collect(), collectEveryMs).unref();
  await countSessions();
  const sealer = createAuditSealer({ store, ring, now, log });
  const configAudit = createConfigAudit({ config: live.config, store, ring, now, log, operator });
  await configAudit.started();
  const sealing = setInterval(() => void sealer.run(live.config.audit), sealAuditEveryMs).unref();
  const warnOfExpiringSecrets = createSecretExpiryWarnings({ config: live.config, log, now });
  warnOfExpiringSecrets();
  const keysWatcher = setInterval(() => ring.reload(), reloadKeysEveryMs).unref();
  log.info({
    event: 'listening',
    issuer: config.issuer,
    port: server.address.port,
    admin_port: admin?.address.port,
  });

  async function collect(): Promise<void> {
    warnOfExpiringSecrets();
    try {
      while ((await store.collectExpired(now(), collectBatch)) > 0) await sleep(50, undefined, { ref: false });
    } catch (error) {
      log.error({ event: 'collect_failed', cause: errorSummary(error) });
    }
    await countSessions();
  }

  async function countSessions(): Promise<void> {
    try {
      metrics.sessions(await store.countSessions(now()));
    } catch (error) {
      log.warn({ event: 'sessions_not_counted', cause: errorSummary(error) });
    }
  }

  /** Tells extensions to request their policy again. */
  async function tellSessions(): Promise<void> {
    try {
      await deps.feed.publish({ type: 'policy' });
    } catch (error) {
      log.error({ event: 'policy_unannounced', cause: errorSummary(error) });
    }
  }

  opened.move();
  return {
    address: server.address,
    adminAddress: admin?.address,
    readiness: () => readinessOf(deps),
    metrics: () => metrics.json(),
    reloadKeys: () => ring.reload(),
    reloadConfig: (read) =>
      reloadConfig(live, read, log, (changed) => {
        void configAudit.reloaded(changed);
        void tellSessions();
      }),
    async close() {
      clearInterval(collector);
      clearInterval(keysWatcher);
      clearInterval(sealing);
      deps.feed.close();
      await Promise.all([server.close(), admin?.close()]);
      deps.requestLines.flush();
      await sealer.run(live.config.audit);
      await Promise.race([tracing.close(), sleep(closeTracingMs, undefined, { ref: false })]);
      await store.close();
      log.info({ event: 'stopped' });
    },
  };
}

const close = (listener: Listener): Promise<void> => listener.close();
