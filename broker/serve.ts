import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve as listen } from '@hono/node-server';
import type { Hono } from 'hono';
import { createAdminApp } from './admin.ts';
import { createApp } from './app.ts';
import { createAuditSealer } from './audit/seal-audit.ts';
import { compose } from './compose.ts';
import { reloadConfig } from './config/reload-config.ts';
import { reloadableConfig } from './config/reloadable-config.ts';
import type { Config, ListenAddress } from './config/types.ts';
import type { Env } from './env.ts';
import { openRingOf } from './keys/reloadable-ring.ts';
import { errorSummary, type Log } from './log.ts';
import { createStore } from './store/open.ts';
import type { Store } from './store/store.ts';

export interface RunningBroker {
  /** The actual address. The configured port may be 0. */
  address: AddressInfo;
  adminAddress: AddressInfo;
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
/** How long pending requests may take at shutdown, in milliseconds. */
const drainMs = 10_000;

/**
 * Starts the broker: migrates the store, creates signing keys, and opens both listeners. The provider may be down.
 *
 * @throws {RingError} | {ConfigError} | a store's or a listener's error
 */
export async function startBroker(config: Config, log: Log): Promise<RunningBroker> {
  const now = () => Date.now();
  const store = await createStore(config.store, {
    now,
    onError: (error) => log.error({ event: 'store_connection', cause: errorSummary(error) }),
  });
  const ring = await readyRing(store, config, log);
  const live = reloadableConfig(config);
  const deps = compose({
    config: live.config,
    store,
    ring,
    log,
    now,
    fetch: (input, init) => globalThis.fetch(input, init),
    random: () => Math.random(),
    sleep: (ms) => sleep(ms, undefined, { ref: false }),
    every(ms, work) {
      const timer = setInterval(() => void work(), ms).unref();
      return () => clearInterval(timer);
    },
  });
  deps.metrics.watchProcess();
  await deps.keys.current();
  const server = await start(createApp(deps), config.listen);
  const admin = await start(createAdminApp(deps), config.adminListen);
  const collector = setInterval(() => void collect(), collectEveryMs).unref();
  const sealer = createAuditSealer({ store, ring, now, log });
  const sealing = setInterval(() => void sealer.run(live.config.audit), sealAuditEveryMs).unref();
  const keysWatcher = setInterval(() => ring.reload(), reloadKeysEveryMs).unref();
  log.info({
    event: 'listening',
    issuer: config.issuer,
    port: addressOf(server).port,
    admin_port: addressOf(admin).port,
  });

  async function collect(): Promise<void> {
    try {
      while ((await store.collectExpired(now(), collectBatch)) > 0) await sleep(50, undefined, { ref: false });
    } catch (error) {
      log.error({ event: 'collect_failed', cause: errorSummary(error) });
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

  return {
    address: addressOf(server),
    adminAddress: addressOf(admin),
    reloadKeys: () => ring.reload(),
    reloadConfig: (read) => reloadConfig(live, read, log, () => void tellSessions()),
    async close() {
      clearInterval(collector);
      clearInterval(keysWatcher);
      clearInterval(sealing);
      deps.feed.close();
      await Promise.all([drain(server), drain(admin)]);
      await sealer.run(live.config.audit);
      await store.close();
      log.info({ event: 'stopped' });
    },
  };
}

/** The store is closed again if it can't be used. */
async function readyRing(store: Store, { keysFile }: Config, log: Log) {
  try {
    await store.migrate();
    return await openRingOf(store, keysFile, log);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function start(app: Hono<Env>, { host, port }: ListenAddress): Promise<Server> {
  const server = listen({ fetch: app.fetch, hostname: host, port }) as Server;
  if (!server.listening) await once(server, 'listening');
  return server;
}

const addressOf = (server: Server): AddressInfo => server.address() as AddressInfo;

async function drain(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await Promise.race([closed, sleep(drainMs, undefined, { ref: false })]);
  server.closeAllConnections();
}
