import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { demoConfig } from './config.ts';
import type { Part } from './ports.ts';
import { runCli } from './program.ts';

/** The demo's files. Secrets are generated once per folder and readable only by their owner. */
export interface DemoState {
  dir: string;
  configFile: string;
  brokerLog: string;
  clientSecret: string;
}

/** {@link prepareFolder} with the demo's configuration. */
export const prepareState = (folder: string, ports: Record<Part, number>, extensionKey?: string): Promise<DemoState> =>
  prepareFolder(folder, demoConfig(ports, extensionKey));

/**
 * Creates the folder, the secrets and `latchkey.yaml`. Keeps existing files, except the configuration, which is rewritten.
 *
 * @param config the text of `latchkey.yaml`, whose paths are relative to the folder: `./keys`, `./client-secret`
 */
export async function prepareFolder(folder: string, config: string): Promise<DemoState> {
  const dir = resolve(folder);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const configFile = join(dir, 'latchkey.yaml');
  await writeFile(configFile, config);
  const keysFile = join(dir, 'keys');
  if (!existsSync(keysFile)) await runCli(['keys', 'init', '--file', keysFile]);
  const clientSecret = await readOrMake(join(dir, 'client-secret'), () => randomBytes(32).toString('base64url'));
  return { dir, configFile, brokerLog: join(dir, 'broker.log'), clientSecret };
}

async function readOrMake(file: string, make: () => string): Promise<string> {
  if (!existsSync(file)) await writeFile(file, `${make()}\n`, { mode: 0o600, flag: 'wx' });
  return (await readFile(file, 'utf8')).trim();
}
