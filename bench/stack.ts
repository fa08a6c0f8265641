import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { newSecret } from '../broker/oauth/client-authentication/client-secret.ts';
import { startBroker } from '../demo/broker.ts';
import { chromeExtensionId, chromeRedirectUri, demoExtensionKey } from '../demo/extension-key.ts';
import { createIdp } from '../demo/idp/idp.ts';
import { brokerClientId } from '../demo/local-broker.ts';
import { claimRow, originsOf } from '../demo/ports.ts';
import { root } from '../demo/program.ts';
import { type Listening, serve } from '../demo/serve.ts';
import { prepareState } from '../demo/state.ts';
import { demoUsers } from '../demo/users.ts';

/** A program that has tokens of its own, and may ask about those of people. */
const serviceId = 'bench';

/** The demo's provider and broker, with the lifetimes of a real installation. The broker has its own process. */
export async function startStack(log: (line: string) => void) {
  const ports = await claimRow(0);
  const origins = originsOf(ports);
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  const state = await prepareState(dir, ports);
  const { secret, hash } = newSecret();
  await writeFile(state.configFile, realistic(await readFile(state.configFile, 'utf8'), hash));
  const idp = await createIdp({
    issuer: origins.idp,
    client: {
      id: brokerClientId,
      secret: state.clientSecret,
      redirectUris: [chromeRedirectUri(chromeExtensionId(demoExtensionKey)), `${origins.broker}/callback`],
      postLogoutRedirectUris: [],
    },
    users: demoUsers,
    now: Date.now,
    log,
  });
  const parts: Listening[] = [await serve(idp.handler, ports.idp)];
  const close = async () => {
    await Promise.all(parts.splice(0).map((part) => part.close()));
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const running = await startBroker(state, origins.broker);
    parts.push(running);
    const broker = { port: ports.broker, pid: running.pid };
    const service = { id: serviceId, secret };
    return { ports, origins, state, idp, broker, service, brokerEnded: running.ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export type Stack = Awaited<ReturnType<typeof startStack>>;

/**
 * The demo's tokens live for seconds, and its broker asks the provider that often. Here it asks every few minutes, like
 * a real one. Loopback is a trusted proxy, so that one program can request device codes from many addresses.
 */
function realistic(demoConfig: string, secretHash: string): string {
  const config = parse(demoConfig) as { resources: Record<string, object> };
  const [api = ''] = Object.keys(config.resources);
  const resources = Object.entries(config.resources).map(([id, resource]) => [
    id,
    { ...resource, lifetime: '5m', fresh: '15m' },
  ]);
  return stringify({
    ...config,
    resources: Object.fromEntries(resources),
    services: { [serviceId]: { allow: { [api]: ['orders:read'] }, introspect: [api], secret_hash: secretHash } },
    trusted_proxies: ['127.0.0.1/32'],
    // One session sends as many requests as a thousand would.
    rate_limit_factor: 10_000,
  });
}

/** Builds the extension for the stack. @returns the folder of the Chromium build */
export async function buildExtension({ state }: Stack): Promise<string> {
  const out = join(state.dir, 'extension');
  const args = [join(root, 'extension/packaging/build.ts'), '--config', state.configFile, '--out', out];
  await promisify(execFile)(process.execPath, args, { cwd: root });
  return join(out, 'chrome');
}
