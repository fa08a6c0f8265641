import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { parse, stringify } from 'yaml';
import { createApi } from '../../demo/api/api.ts';
import { startBroker } from '../../demo/broker.ts';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { buildExtension } from '../../demo/build-extension.ts';
import { demoConfig } from '../../demo/config.ts';
import {
  chromeExtensionId,
  chromeRedirectUri,
  demoExtensionKey,
  demoFirefoxId,
  firefoxRedirectUri,
} from '../../demo/extension-key.ts';
import { brokerClientId } from '../../demo/local-broker.ts';
import { createParts } from '../../demo/parts.ts';
import { originsOf } from '../../demo/ports.ts';
import { root, runCli } from '../../demo/program.ts';
import { serve } from '../../demo/serve.ts';
import { bundleScript } from '../../demo/sites/bundle.ts';
import { createSite } from '../../demo/sites/site.ts';
import { demoSites } from '../../demo/sites/sites.ts';
import { demoUsers } from '../../demo/users.ts';
import { openStage } from '../e2e/kit/chromium/stage.ts';
import { freePort, freePorts } from '../e2e/kit/ports.ts';
import type { BrokerClient, Program, Provider } from './provider.ts';
import { openPublicAddress, type TokenRequest } from './public-address.ts';
import { waitUntil } from './steps/wait-until.ts';

/** What all providers share: the sites, the API, and the extension, which is built for their addresses. */
export async function startGround() {
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-providers-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  const ports = await freePorts();
  const origins = originsOf(ports);
  const parts = createParts();
  const configFile = join(dir, 'extension.yaml');
  await writeFile(configFile, demoConfig(ports));
  await writeFile(join(dir, 'client-secret'), 'only the extension is built from this file\n');
  await runCli(['keys', 'init', '--file', join(dir, 'keys')]);
  const [script, extensionDir, executable] = await Promise.all([
    bundleScript(new URL('../../demo/sites/page/main.ts', import.meta.url)),
    buildExtension({ dir, configFile }),
    findChromium({ ...thisMachine, say: () => undefined }),
  ]);
  const { shop, notes } = demoSites(origins.api);
  await parts.start('shop', () => serve(getRequestListener(createSite(shop, script).fetch), ports.shop));
  await parts.start('notes', () => serve(getRequestListener(createSite(notes, script).fetch), ports.notes));
  const api = createApi({
    issuer: origins.broker,
    resource: origins.api,
    sites: [origins.shop, origins.notes],
    customers: new Map(),
    now: Date.now,
  });
  await parts.start('api', () => serve(getRequestListener(api.fetch), ports.api));
  return {
    dir,
    ports,
    origins,
    extensionDir,
    executable,
    async close() {
      await parts.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export type Ground = Awaited<ReturnType<typeof startGround>>;

/** Starts a provider, a broker that has it as its only one, and a browser with the extension. */
export async function startStack(ground: Ground, { name }: Provider, program: Program) {
  const { origins, ports } = ground;
  const dir = join(ground.dir, name);
  await mkdir(join(dir, 'provider'), { recursive: true });
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.reverse()) await end();
  };

  try {
    const port = await freePort();
    const address = await openPublicAddress(ports.idp, port);
    closing.push(() => address.close());
    const client = brokerAsClient(origins.broker, name);
    const place = { origin: origins.idp, port, dir: join(dir, 'provider'), client, users: demoUsers };
    const provider = await program.start(place);
    closing.push(() => provider.close());

    const configFile = join(dir, 'latchkey.yaml');
    const brokerLog = join(dir, 'broker.log');
    const secretFile = join(dir, 'client-secret');
    await writeFile(secretFile, client.secret, { mode: 0o600 });
    await runCli(['keys', 'init', '--file', join(dir, 'keys')]);
    const config = parse(demoConfig(ports));
    config.upstreams = { [name]: { client_id: client.id, client_secret_file: secretFile, ...provider.upstream } };
    config.origins[origins.shop].groups = [`${name}:staff`];
    config.resources[origins.api].groups = [`${name}:staff`, `${name}:guests`];
    await writeFile(configFile, stringify(config));
    const broker = await startBroker({ dir, configFile, brokerLog, clientSecret: client.secret }, origins.broker);
    closing.push(() => broker.close());

    /** The broker's log. */
    const logged = async (): Promise<Record<string, unknown>[]> =>
      existsSync(brokerLog) ? linesOf(await readFile(brokerLog, 'utf8')) : [];
    const stage = await openStage({ origins, extensionDir: ground.extensionDir }, ground.executable, dir);
    closing.push(() => stage.close());
    return {
      name,
      /** The tokens of the device that a step has signed in. */
      device: undefined as { accessToken: string; refreshToken: string } | undefined,
      origins,
      address,
      provider,
      stage,
      dir,
      configFile,
      secretFile,
      /** Changes the provider's entry in `latchkey.yaml`, and waits until the broker has read it. */
      async reconfigure(change: (upstream: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
        config.upstreams[name] = change(config.upstreams[name]);
        await writeFile(configFile, stringify(config));
        const reloads = async () => (await logged()).filter(({ event }) => event === 'config_reloaded').length;
        const before = await reloads();
        process.kill(broker.pid ?? 0, 'SIGHUP');
        await waitUntil('the broker reading its configuration', async () =>
          (await reloads()) > before ? true : undefined,
        );
      },
      /** Sends a refresh token to the provider as the broker did. @returns the status of the answer */
      async refreshAtProvider({ refreshToken, authorization, endpoint }: TokenRequest): Promise<number> {
        const answer = await fetch(`${origins.idp}${endpoint}`, {
          method: 'POST',
          headers: authorization === undefined ? {} : { authorization },
          body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '' }),
        });
        return answer.status;
      },
      /** Keeps what the browser shows, for whoever looks for the cause. */
      async photograph(step: string): Promise<void> {
        const folder = join(root, 'test-results', 'providers');
        await mkdir(folder, { recursive: true });
        for (const [index, page] of stage.context.pages().entries()) {
          const path = join(folder, `${name}-${step}-${index + 1}.png`);
          await page.screenshot({ path, timeout: 5_000 }).catch(() => undefined);
        }
        await copyFile(brokerLog, join(folder, `${name}-${step}.log`));
      },
      logged,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export type Stack = Awaited<ReturnType<typeof startStack>>;

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

function brokerAsClient(issuer: string, upstream: string): BrokerClient {
  const chromeId = chromeExtensionId(demoExtensionKey);
  return {
    id: brokerClientId,
    secret: randomBytes(32).toString('base64url'),
    issuer,
    chromeId,
    firefoxId: demoFirefoxId,
    redirectUris: [chromeRedirectUri(chromeId), firefoxRedirectUri(demoFirefoxId), `${issuer}/callback`],
    postLogoutRedirectUri: `${issuer}/signout`,
    backchannelLogoutUri: `${issuer}/hooks/${upstream}/backchannel-logout`,
  };
}
