import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../../../broker/config/load.ts';
import { initRing } from '../../../broker/keys/ring.ts';
import { createLog } from '../../../broker/log.ts';
import { startBroker } from '../../../broker/serve.ts';
import { demoConfig, upstreamName } from '../../../demo/config.ts';
import { chromeExtensionId, chromeRedirectUri, demoExtensionKey } from '../../../demo/extension-key.ts';
import { createIdp, newSigningKey } from '../../../demo/idp/idp.ts';
import { claimRow, originsOf } from '../../../demo/ports.ts';
import { serve } from '../../../demo/serve.ts';
import { demoUsers } from '../../../demo/users.ts';

type Tree = Record<string, unknown>;

export const redirectUri = chromeRedirectUri(chromeExtensionId(demoExtensionKey));

/**
 * A broker on SQLite and a real provider, on free ports, with the demo's configuration changed by `adjust`, and
 * `files` beside it.
 */
export async function startBrokerAndIdp(
  adjust: (config: Tree) => void = () => {},
  files: Readonly<Record<string, string>> = {},
) {
  const ports = await claimRow(0);
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
    users: demoUsers,
    signingKey,
    now: Date.now,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  let idpServer = await serve(idp.handler, ports.idp);
  initRing(join(dir, 'keys'), Date.now());
  await writeFile(join(dir, 'client-secret'), secret);
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  const file = parse(demoConfig(ports)) as Tree;
  adjust(file);
  const logged: string[] = [];
  const configFile = join(dir, 'latchkey.yaml');
  await writeFile(configFile, stringify(file));
  const config = parseConfig(stringify(file), configFile, {});
  const start = () => startBroker(config, createLog({ write: (line) => void logged.push(line) }));
  let broker = await start();
  return {
    origins,
    dir,
    configFile,
    idp,
    /** The provider's key, for tokens that the provider itself would never make. */
    signingKey,
    /** The log's lines so far. */
    logged,
    /** Stops the broker, and starts it again on what it has stored. */
    async restart() {
      await broker.close();
      broker = await start();
      // Until fetch has seen that its open connections are closed, it would use one of them again.
      await sleep(50);
    },
    async stopIdp() {
      await idpServer.close();
    },
    async startIdp() {
      idpServer = await serve(idp.handler, ports.idp);
    },
    async close() {
      await broker.close();
      await idpServer.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export type TestBroker = Awaited<ReturnType<typeof startBrokerAndIdp>>;
