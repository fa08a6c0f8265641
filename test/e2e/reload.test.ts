import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { initRing } from '../../broker/keys/ring.ts';
import { cliFile } from '../../demo/program.ts';

let dir: string;
let broker: ChildProcess;
let port: number;
const lines: Record<string, unknown>[] = [];

const configFile = () => join(dir, 'latchkey.yaml');
const write = (scope: string, more = '') =>
  writeFile(
    configFile(),
    `issuer: http://localhost:8787
listen: 127.0.0.1:0
admin_listen: 127.0.0.1:0
keys_file: ./keys
upstreams: { idp: { issuer: "http://127.0.0.1:1", client_id: x, client_secret_file: ./secret } }
resources: { http://127.0.0.1:2: { name: API, scopes: { ${scope}: Words } } }
${more}`,
  );
const logged = (event: string) => lines.filter((line) => line.event === event);
const scopes = async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/.well-known/oauth-authorization-server`);
  const { scopes_supported } = (await answer.json()) as { scopes_supported: string[] };
  return scopes_supported.filter((scope) => ['read', 'write', 'admin'].includes(scope));
};

async function start(): Promise<void> {
  const before = logged('listening').length;
  broker = spawn(process.execPath, [cliFile, 'serve', '--config', configFile()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!broker.stdout) throw new Error('no output');
  createInterface(broker.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  await vi.waitUntil(() => logged('listening').length > before, { timeout: 60_000 });
  port = Number(logged('listening').at(-1)?.port);
}

async function stop(): Promise<void> {
  const ended = once(broker, 'exit');
  broker.kill('SIGTERM');
  await ended;
}

/** The audit log's entries about the configuration. */
async function audited(): Promise<Record<string, unknown>[]> {
  const command = [cliFile, 'audit', 'export', '--config', configFile()];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  const entries: { type: string; detail: Record<string, unknown> }[] = stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return entries.flatMap(({ type, detail }) => (type.startsWith('config.') ? [{ type, ...detail }] : []));
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-reload-'));
  initRing(join(dir, 'keys'), Date.now());
  await writeFile(join(dir, 'secret'), 'of-this-test-only');
  await write('read');
  await start();
});
afterAll(async () => {
  await stop();
  await rm(dir, { recursive: true, force: true });
});

it('SIGHUP reads the configuration again, and keeps the old one where the new has faults', async () => {
  expect(await scopes()).toEqual(['read']);

  await write('write');
  broker.kill('SIGHUP');
  await expect.poll(() => logged('config_reloaded').length).toBe(1);
  expect(await scopes()).toEqual(['write']);

  await write('admin', 'session: { idle: sometimes }\na_typo: 1\n');
  broker.kill('SIGHUP');
  await expect.poll(() => logged('config_refused').map(({ path }) => path)).toEqual(['session.idle', 'a_typo']);
  expect(await scopes()).toEqual(['write']);
});

it('changes of the configuration are in the audit log, by reload and by restart', async () => {
  const operator = { user: userInfo().username, host: hostname() };
  const reloaded = { type: 'config.reloaded', changed: ['resources'], operator };
  await write('write');
  await expect.poll(audited, { timeout: 60_000 }).toEqual([reloaded]);

  await stop();
  await start();
  expect(await audited()).toEqual([reloaded]);

  await stop();
  await write('admin', 'keep_alive: 66s\n');
  await writeFile(join(dir, 'secret'), 'another-of-this-test');
  await start();
  expect(await audited()).toEqual([
    reloaded,
    { type: 'config.started', changed: ['keep_alive', 'upstreams', 'resources'], operator },
  ]);
});
