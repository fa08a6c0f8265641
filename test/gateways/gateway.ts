import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endWithUs } from '../../demo/end-with-us.ts';
import { ask } from './ask.ts';
import type { ProgramName } from './programs.ts';

/** Replacements for the placeholders in `deploy/gateways/`. */
export type Substitutions = Readonly<Record<string, string>>;

export interface Gateway {
  name: ProgramName;
  port: number;
  close(): Promise<void>;
}

interface Recipe {
  /** Additional files that only this test needs. */
  files: (dir: string) => Record<string, string>;
  args: (dir: string) => string[];
  /** The tests use the address instead of the host name in the file. */
  host?: Substitutions;
}

const recipes: Record<ProgramName, Recipe> = {
  nginx: {
    files: (dir) => ({
      // When nginx runs as root, its workers run as another user, who can't write to this run's folder.
      'nginx.conf': `daemon off; worker_processes 1;${process.getuid?.() === 0 ? ' user root;' : ''} pid ${dir}/nginx.pid; error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${dir}/${kind};`).join(' ')}
  include latchkey.conf;
}
`,
    }),
    args: (dir) => ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', 'stderr'],
  },
  caddy: {
    files: () => ({}),
    args: (dir) => ['run', '--config', join(dir, 'Caddyfile'), '--adapter', 'caddyfile'],
  },
  haproxy: { files: () => ({}), args: (dir) => ['-db', '-f', join(dir, 'haproxy.cfg')] },
  traefik: {
    files: () => ({}),
    args: (dir) => [`--configFile=${join(dir, 'traefik.yaml')}`],
    host: { '`api.example.com`': '`127.0.0.1`' },
  },
  envoy: {
    files: () => ({}),
    args: (dir) => ['-c', join(dir, 'envoy.yaml'), '--use-dynamic-base-id', '--concurrency', '1', '-l', 'warning'],
    host: { '[api.example.com]': '["*"]' },
  },
};

const startDeadlineMs = 15_000;

/** Runs a gateway with the files that we publish, adapted to this run's addresses. */
export async function startGateway(
  name: ProgramName,
  program: string,
  { dir, port, substitutions }: { dir: string; port: number; substitutions: Substitutions },
): Promise<Gateway> {
  const folder = join(dir, name);
  await mkdir(folder, { recursive: true });
  const source = fileURLToPath(new URL(`../../deploy/gateways/${name}/`, import.meta.url));
  const { files, args, host } = recipes[name];
  const all = { ...substitutions, ...host, '127.0.0.1:8080': `127.0.0.1:${port}` };
  const unused = new Set(Object.keys(all));
  for (const file of await readdir(source)) {
    await writeFile(join(folder, file), substitute(await readFile(join(source, file), 'utf8'), all, unused));
  }
  if (unused.size > 0) throw new Error(`deploy/gateways/${name} has no ${[...unused].join(', ')}`);
  for (const [file, text] of Object.entries(files(folder))) await writeFile(join(folder, file), text);

  const child = spawn(program, args(folder), {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  endWithUs(child, 'SIGTERM');
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  if (!(await answers(child, port))) {
    await stop(child);
    throw new Error(`${name} did not start:\n${said.join('').slice(-3_000)}`);
  }
  return { name, port, close: () => stop(child) };
}

function substitute(text: string, substitutions: Substitutions, unused: Set<string>): string {
  let result = text;
  for (const [from, to] of Object.entries(substitutions)) {
    for (const spelling of [(address: string) => address, asEnvoyAddress]) {
      if (result.includes(spelling(from))) unused.delete(from);
      result = result.replaceAll(spelling(from), spelling(to));
    }
  }
  return result;
}

const asEnvoyAddress = (text: string) => text.replace(/^([\d.]+):(\d+)$/, 'address: $1, port_value: $2');

/** Whether the gateway has its routes before the deadline. Traefik opens its port first, and answers 404 until it has read them. */
async function answers(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + startDeadlineMs;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const status = await ask(port, { path: '/orders' }).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status !== undefined && status !== 404) return true;
    await sleep(100);
  }
  return false;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  if (!(await Promise.race([ended.then(() => true), sleep(5_000, false, { ref: false })]))) child.kill('SIGKILL');
  await ended;
}
