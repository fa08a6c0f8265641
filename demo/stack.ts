import { execFile } from 'node:child_process';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { createApi } from './api/api.ts';
import { startBroker } from './broker.ts';
import { brokerClientId, upstreamName } from './config.ts';
import {
  chromeExtensionId,
  chromeRedirectUri,
  demoExtensionKey,
  demoFirefoxId,
  firefoxRedirectUri,
} from './extension-key.ts';
import { createIdp, type Idp } from './idp/idp.ts';
import { originsOf, type Part } from './ports.ts';
import { root } from './program.ts';
import { type Listening, serve } from './serve.ts';
import { bundleScript } from './sites/bundle.ts';
import { createSite } from './sites/site.ts';
import { demoSites } from './sites/sites.ts';
import { StartError } from './start-error.ts';
import { type DemoState, prepareState } from './state.ts';
import { createTvSite } from './tv/site.ts';
import { createTv } from './tv/tv.ts';
import { demoUsers } from './users.ts';

export interface DemoOptions {
  ports: Record<Part, number>;
  /** Folder of the state; made where it is missing. */
  dir: string;
  now: () => number;
  /** One line for whoever watches. */
  log: (line: string) => void;
}

/** A running demo: everything listens, and the extension is built. */
export interface Demo {
  origins: ReturnType<typeof originsOf>;
  state: DemoState;
  idp: Idp;
  /** Folder of the unpacked extension for Chromium. */
  extensionDir: string;
  /** Resolves when the broker has ended, wanted or not. */
  brokerEnded: Promise<void>;
  close(): Promise<void>;
}

/** Starts the identity provider, the sites and the API in this process and the broker beside it, and builds the extension. */
export async function startDemo({ ports, dir, now, log }: DemoOptions): Promise<Demo> {
  const origins = originsOf(ports);
  const state = await prepareState(dir, ports);
  const parts: Listening[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(parts.splice(0).map((part) => part.close()));
  };
  const listen = async (handler: RequestListener, port: number): Promise<void> => {
    parts.push(await serve(handler, port));
  };

  try {
    const idp = await createIdp({
      issuer: origins.idp,
      client: brokerAsClient(origins.broker, state.clientSecret),
      users: demoUsers,
      now,
      log,
    });
    await listen(idp.handler, ports.idp);

    const [script, broker] = await Promise.all([
      bundleScript(new URL('sites/page/main.ts', import.meta.url)),
      startBroker(state, origins.broker),
      buildExtension(state),
    ]);
    parts.push(broker);
    const sites = demoSites(origins.api);
    await listen(getRequestListener(createSite(sites.shop, script).fetch), ports.shop);
    await listen(getRequestListener(createSite(sites.notes, script).fetch), ports.notes);
    const api = createApi({
      issuer: origins.broker,
      resource: origins.api,
      sites: [origins.shop, origins.notes],
      customers: new Map(demoUsers.map((user) => [user.username, user])),
      now,
    });
    await listen(getRequestListener(api.fetch), ports.api);

    const tv = createTv({ issuer: origins.broker, api: origins.api, now });
    parts.push({ close: async () => tv.close() });
    await listen(getRequestListener(createTvSite(tv).fetch), ports.tv);

    const extensionDir = join(state.dir, 'extension', 'chrome');
    return { origins, state, idp, extensionDir, brokerEnded: broker.ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const brokerAsClient = (broker: string, secret: string) => ({
  id: brokerClientId,
  secret,
  redirectUris: [
    chromeRedirectUri(chromeExtensionId(demoExtensionKey)),
    firefoxRedirectUri(demoFirefoxId),
    `${broker}/callback`,
  ],
  postLogoutRedirectUris: [`${broker}/signout`],
  backchannelLogoutUri: `${broker}/hooks/${upstreamName}/backchannel-logout`,
});

async function buildExtension({ dir, configFile }: DemoState): Promise<void> {
  const args = [join(root, 'extension', 'build.ts'), '--config', configFile, '--out', join(dir, 'extension')];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new StartError(`The extension could not be built.\n${said ?? ''}`, { cause: error });
  }
}
