import { getRequestListener } from '@hono/node-server';
import { createApi } from './api/api.ts';
import { startBroker } from './broker.ts';
import { brokerAsClient } from './broker-as-client.ts';
import { buildExtension } from './build-extension.ts';
import { upstreamName } from './config.ts';
import { createIdp, type Idp } from './idp/idp.ts';
import { createParts, type Outage } from './parts.ts';
import { originsOf, type Part } from './ports.ts';
import { serve } from './serve.ts';
import { bundleScript } from './sites/bundle.ts';
import { createSite } from './sites/site.ts';
import { demoSites } from './sites/sites.ts';
import { type DemoState, prepareState } from './state.ts';
import { createTvSite } from './tv/site.ts';
import { createTv } from './tv/tv.ts';
import { demoUsers } from './users.ts';

export interface DemoOptions {
  ports: Record<Part, number>;
  /** The folder of the state. Created if missing. */
  dir: string;
  now: () => number;
  /** Receives one line of progress. */
  log: (line: string) => void;
  /** The key that gives the extension its ID in Chromium. Default: the demo's own. */
  extensionKey?: string | undefined;
}

/** A running demo: everything listens, and the extension is built. */
export interface Demo {
  origins: ReturnType<typeof originsOf>;
  state: DemoState;
  idp: Idp;
  /** The folder of the unpacked extension for Chromium. */
  extensionDir: string;
  /** Resolves when the broker has exited, for whatever reason. */
  brokerEnded: Promise<void>;
  close(): Promise<void>;
}

/** A demo whose parts can be stopped for a while. */
export interface RunningDemo extends Demo {
  outage(part: 'broker' | 'idp' | 'shop'): Promise<Outage>;
}

/** Starts the identity provider, the sites and the API in this process, the broker in another, and builds the extension. */
export async function startDemo({ ports, dir, now, log, extensionKey }: DemoOptions): Promise<RunningDemo> {
  const origins = originsOf(ports);
  const state = await prepareState(dir, ports, extensionKey);
  const parts = createParts();

  try {
    const idp = await createIdp({
      issuer: origins.idp,
      client: brokerAsClient(origins.broker, upstreamName, state.clientSecret, extensionKey),
      users: demoUsers,
      now,
      log,
    });
    await parts.start('idp', () => serve(idp.handler, ports.idp));

    const starting = [
      bundleScript(new URL('sites/page/main.ts', import.meta.url)),
      parts.start('broker', () => startBroker(state, origins.broker)),
      buildExtension(state),
    ] as const;
    // If one fails, the broker may still be starting. It must be in the list before the parts are closed.
    await Promise.allSettled(starting);
    const [script, broker, extensionDir] = await Promise.all(starting);
    const sites = demoSites(origins.api);
    const shop = getRequestListener(createSite(sites.shop, script).fetch);
    await parts.start('shop', () => serve(shop, ports.shop));
    const notes = getRequestListener(createSite(sites.notes, script).fetch);
    await parts.start('notes', () => serve(notes, ports.notes));
    const api = createApi({
      issuer: origins.broker,
      resource: origins.api,
      sites: [origins.shop, origins.notes],
      customers: new Map(demoUsers.map((user) => [user.username, user])),
      now,
    });
    await parts.start('api', () => serve(getRequestListener(api.fetch), ports.api));

    const tv = createTv({ issuer: origins.broker, api: origins.api, now });
    await parts.start('tv', async () => ({ close: async () => tv.close() }));
    await parts.start('tv site', () => serve(getRequestListener(createTvSite(tv).fetch), ports.tv));

    const { outage, close } = parts;
    return { origins, state, idp, extensionDir, brokerEnded: broker.ended, outage, close };
  } catch (error) {
    await parts.close();
    throw error;
  }
}
