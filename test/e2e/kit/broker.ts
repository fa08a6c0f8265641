import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../../../broker/config/load.ts';
import { initRing } from '../../../broker/keys/ring.ts';
import { createLog } from '../../../broker/log.ts';
import { type StartOptions, startBroker } from '../../../broker/serve.ts';
import { demoConfig, upstreamName } from '../../../demo/config.ts';
import { chromeExtensionId, chromeRedirectUri, demoExtensionKey } from '../../../demo/extension-key.ts';
import { createIdp, newSigningKey } from '../../../demo/idp/idp.ts';
import { originsOf } from '../../../demo/ports.ts';
import { serve } from '../../../demo/serve.ts';
import { type DemoUser, demoUsers } from '../../../demo/users.ts';
import { createTestStore } from '../../broker/store.ts';
import { holdable } from './held-token.ts';
import { freePorts } from './ports.ts';
import { type Trouble, unreliable } from './unreliable.ts';

type Tree = Record<string, unknown>;

export const redirectUri = chromeRedirectUri(chromeExtensionId(demoExtensionKey));

/**
 * Starts a broker on this run's store (`createTestStore`) and a real provider, on free ports. It uses the demo's
 * configuration, modified by `adjust`, with `files` in the same folder.
 *
 * @param users the provider's users
 * @param options of the broker's start
 */
export async function startBrokerAndIdp(
  adjust: (config: Tree) => void = () => {},
  files: Readonly<Record<string, string>> = {},
  users: readonly DemoUser[] = demoUsers,
  options: StartOptions = {},
) {
  const ports = await freePorts();
  const origins = originsOf(ports);
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-test-'));
  const secret = 'a-secret-of-this-test-only';
  const signingKey = await newSigningKey();
  const idp = await createIdp({
    issuer: origins.idp,
    client: {
      id: 'latchkey-broker',
      secret,
      redirectUris: [redirectUri, `${origins.broker}/callback`],
      postLogoutRedirectUris: [],
      backchannelLogoutUri: `${origins.broker}/hooks/${upstreamName}/backchannel-logout`,
    },
    users,
    signingKey,
    now: Date.now,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const { handler, holdNextToken } = holdable(idp.handler);
  const weather: { trouble: Trouble } = { trouble: {} };
  const troubled = unreliable(handler, () => weather.trouble);
  const seenByIdp: { url: string; traceparent: unknown }[] = [];
  const noted: typeof troubled = (request, response) => {
    seenByIdp.push({ url: request.url ?? '', traceparent: request.headers.traceparent });
    return troubled(request, response);
  };
  let idpServer = await serve(noted, ports.idp);
  initRing(join(dir, 'keys'), Date.now());
  await writeFile(join(dir, 'client-secret'), secret);
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  const store = await createTestStore(dir);
  const file: Tree = { ...parse(demoConfig(ports)), store: store.url };
  adjust(file);
  const logged: string[] = [];
  const configFile = join(dir, 'latchkey.yaml');
  await writeFile(configFile, stringify(file));
  const config = parseConfig(stringify(file), configFile, {});
  const start = () => startBroker(config, createLog({ write: (line) => void logged.push(line) }), options);
  let broker = await start();
  return {
    origins,
    adminOrigin: `http://127.0.0.1:${ports.admin}`,
    dir,
    configFile,
    idp,
    /** Holds the provider's next token response. */
    holdNextToken,
    /** The requests that the provider has got. */
    seenByIdp,
    /** Controls how the provider handles token requests. */
    weather,
    /** The provider's key, for tokens that the provider itself would never issue. */
    signingKey,
    /** Runs a statement directly on the store, bypassing the broker. @param parameters the values for `?` */
    rows: store.rows,
    /** The store, as configured. */
    storeUrl: store.url,
    /** The log lines so far. */
    logged,
    /** Restarts the broker on the same store. */
    async restart() {
      await broker.close();
      broker = await start();
      await seesClosedConnections(ports.broker);
    },
    async stopIdp() {
      await idpServer.close();
    },
    async startIdp() {
      idpServer = await serve(noted, ports.idp);
    },
    async close() {
      await broker.close();
      await idpServer.close();
      await store.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/**
 * Waits until `fetch` notices that its open connections are closed. Otherwise it would reuse them. The server closes
 * them before it answers this request, which has its own connection.
 */
async function seesClosedConnections(port: number): Promise<void> {
  const asked = get({ port, host: '127.0.0.1', path: '/healthz', agent: false });
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  answer?.resume();
  // Let the event loop process everything else that arrived in the same turn.
  await setImmediate();
}

export type TestBroker = Awaited<ReturnType<typeof startBrokerAndIdp>>;
