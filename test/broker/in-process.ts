import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../../broker/app.ts';
import { compose } from '../../broker/compose.ts';
import { parseConfig } from '../../broker/config/load.ts';
import { reloadableConfig } from '../../broker/config/reloadable-config.ts';
import type { Config } from '../../broker/config/types.ts';
import type { Deps } from '../../broker/deps.ts';
import { createRing } from '../../broker/keys/ring.ts';
import { createStore } from '../../broker/store/open.ts';
import { createTestStore } from './store.ts';

export const issuer = 'https://latchkey.example.com';

interface Options {
  /** Sends requests to the providers. By default, no provider is reachable. */
  fetch?: typeof globalThis.fetch;
  /** Additional YAML. */
  upstreams?: string;
  /** A previous broker whose store, keys and clock it reuses, as after a restart. */
  before?: { deps: Pick<Deps, 'store' | 'ring'>; clock: { now: number } };
}

const noNetwork = () => Promise.reject(new Error('no network here'));
const okta = '  okta: { issuer: "https://acme.okta.com", client_id: latchkey, client_secret: "${SECRET}" }';

/**
 * A broker without a socket. Requests go directly to its app, from any address that the test chooses.
 *
 * @param more YAML to append to the minimal configuration
 */
export async function brokerInProcess(more: string, { fetch = noNetwork, upstreams = okta, before }: Options = {}) {
  const clock = before?.clock ?? { now: 1_800_000_000_000 };
  const now = () => clock.now;
  const logged: string[] = [];
  const write = (line: Record<string, unknown>) => void logged.push(JSON.stringify(line));
  const source = `
issuer: ${issuer}
keys_file: keys
trusted_proxies: [10.0.0.0/8]
upstreams:
${upstreams}
${more}`;
  const live = reloadableConfig(
    parseConfig(source, '/nowhere/latchkey.yaml', {
      SECRET: 'of-this-test-only',
      HOOK_SECRET: 'of-this-test-and-no-other',
    }),
  );
  const database = before ? undefined : await createTestStore();
  const store = before?.deps.store ?? (await createStore(database?.url ?? '', { now, poolSize: 4 }));
  await store.migrate();
  const deps = compose({
    config: live.config,
    store,
    ring: before?.deps.ring ?? createRing([{ kid: 'k1', key: randomBytes(32) }]),
    log: { info: write, warn: write, error: write },
    now,
    // Only a test that moves the clock makes anything outdated, however busy the machine is.
    elapsed: now,
    fetch,
    random: () => 0,
    sleep: (ms) => sleep(Math.min(ms, 10), undefined, { ref: false }),
    every: () => () => {},
  });
  const app = createApp(deps);
  return {
    deps,
    clock,
    logged,
    /** Does the same as a reload. */
    change: (parts: Partial<Config>) => live.replace({ ...live.config, ...parts }),
    request: (path: string, init: RequestInit & { from?: string } = {}) =>
      Promise.resolve(
        app.request(`${issuer}${path}`, init, {
          incoming: {
            method: init.method ?? 'GET',
            url: path,
            headers: Object.fromEntries(new Headers(init.headers)),
            socket: { remoteAddress: init.from ?? '203.0.113.9', remotePort: 1, remoteFamily: 'IPv4' },
          },
        }),
      ),
    async close() {
      deps.feed.close();
      await store.close();
      await database?.drop();
    },
  };
}

export type InProcessBroker = Awaited<ReturnType<typeof brokerInProcess>>;
