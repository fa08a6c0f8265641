import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { initRing } from '../../broker/keys/ring.ts';
import { demoConfig } from '../../demo/config.ts';
import { originsOf } from '../../demo/ports.ts';
import { cliFile } from '../../demo/program.ts';
import { freePorts } from './kit/ports.ts';
import { type Postgres, startPostgres } from './kit/postgres.ts';

let dir: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-starting-'));
  await chmod(dir, 0o755);
  initRing(join(dir, 'keys'), Date.now());
  await writeFile(join(dir, 'client-secret'), 'a-secret-of-this-test-only');
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

/** Starts `latchkey serve` on free ports. `said` is everything that it has written so far. */
async function serve(store: string) {
  const ports = await freePorts();
  const file = join(dir, `latchkey-${ports.broker}.yaml`);
  await writeFile(file, stringify({ ...parse(demoConfig(ports)), store: '${STORE}' }));
  const origins = { broker: originsOf(ports).broker, admin: `http://127.0.0.1:${ports.admin}` };
  return {
    ports,
    origins,
    start({ uid, gid }: { uid?: number | undefined; gid?: number | undefined } = {}) {
      const child = spawn(process.execPath, [cliFile, 'serve', '--config', file], {
        env: { ...process.env, STORE: store },
        ...(uid === undefined ? {} : { uid }),
        ...(gid === undefined ? {} : { gid }),
      });
      children.push(child);
      const run = { child, said: '', ended: once(child, 'exit').then(([code]) => code) };
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          run.said += chunk;
        });
      }
      return run;
    },
  };
}

const statusOf = (url: string) =>
  fetch(url).then(
    (answer) => answer.status,
    () => 0,
  );

describe('a port that is in use', () => {
  it.each(['admin', 'broker'] as const)('ends the start as a whole, and is named: %s', async (which) => {
    const { ports, origins, start } = await serve('sqlite:./latchkey.db');
    const other = createServer().listen(ports[which], '127.0.0.1');
    await once(other, 'listening');
    const run = start();
    expect(await run.ended).toBe(1);
    expect(run.said).toBe(
      `latchkey: 127.0.0.1:${ports[which]} is already in use (EADDRINUSE). Stop the other program, or change listen or admin_listen.\n`,
    );
    other.close();
    await once(other, 'close');
    expect(await statusOf(`${which === 'admin' ? origins.broker : origins.admin}/`)).toBe(0);
  });
});

describe('a database file that cannot be used is told with its path and a cure, without a stack', () => {
  /** As root, everything may be written: the broker then runs as another user. */
  const user = process.getuid?.() === 0 ? 65_534 : process.getuid?.();
  const faults: [string, string, RegExp, (path: string) => Promise<void>][] = [
    ['missing-folder/latchkey.db', 'no folder', /its folder does not exist\. Create the folder/, async () => undefined],
    ['folder', 'a folder', /it is a folder\. Name a file/, async (path) => void (await mkdir(path))],
    [
      'text.db',
      'another file',
      /it is not an SQLite database \(SQLite error 26\)/,
      (path) => writeFile(path, 'x'.repeat(5_000), { mode: 0o600 }),
    ],
    [
      'others/latchkey.db',
      'no rights',
      new RegExp(`the user with ID ${user} may not write it \\(EACCES\\)\\. Give it and its folder`),
      (path) => mkdir(dirname(path)).then(() => chmod(dirname(path), 0o555)),
    ],
  ];

  it.skipIf(process.platform === 'win32').each(faults)('%s: %s', async (name, _, message, prepare) => {
    const path = join(dir, name);
    await prepare(path);
    const run = (await serve(`sqlite:${path}`)).start({ uid: name.startsWith('others') ? user : undefined });
    expect(await run.ended).toBe(1);
    expect(run.said).toMatch(message);
    expect(run.said).toContain(path);
    expect(run.said).not.toContain('    at ');
  });
});

it.skipIf(process.getuid?.() !== 0)(
  "a key file of root's that the broker's group may read is taken, as Kubernetes mounts it (needs root)",
  async () => {
    const [user, keys] = [65_534, join(dir, 'keys')];
    const own = join(dir, 'own');
    await mkdir(own);
    await chown(own, user, user);
    await chown(keys, 0, user);
    await chmod(keys, 0o440);
    const { origins, start } = await serve(`sqlite:${own}/latchkey.db`);
    const run = start({ uid: user, gid: user });
    await expect.poll(() => statusOf(`${origins.admin}/readyz`)).toBe(200);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    // The other tests run the broker as root, which no group may share a key file with.
    await chmod(keys, 0o600);
  },
);

describe('PostgreSQL', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.close());

  it('that is away is waited for: the broker lives, is not ready, says why, and then serves', async () => {
    await postgres.stop('SIGINT');
    const { origins, start } = await serve(postgres.url);
    const run = start();
    await expect.poll(() => statusOf(`${origins.admin}/healthz`)).toBe(200);
    expect(await statusOf(`${origins.admin}/readyz`)).toBe(503);
    const answer = await fetch(`${origins.broker}/token`, { method: 'POST' });
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '2']);
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
    const page = await fetch(`${origins.broker}/device`);
    expect([page.status, page.headers.get('Content-Type')]).toEqual([503, expect.stringContaining('text/html')]);
    await expect
      .poll(() => run.said)
      .toMatch(/"level":"error".*"event":"waiting_for_store".*ECONNREFUSED 127\.0\.0\.1:\d+/);
    await postgres.start();
    await expect.poll(() => statusOf(`${origins.admin}/readyz`)).toBe(200);
    expect(await statusOf(`${origins.broker}/device`)).toBe(200);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('that is away does not keep the broker from stopping', async () => {
    await postgres.stop('SIGINT');
    const run = (await serve(postgres.url)).start();
    await expect.poll(() => run.said).toContain('waiting_for_store');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    await postgres.start();
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, /password authentication failed.*\(28P01\)/],
    ['a missing database', { pathname: '/nowhere' }, /"nowhere" does not exist \(3D000\)/],
  ])('that refuses the broker is told in one sentence: %s', async (_, change, message) => {
    const url = Object.assign(new URL(postgres.url), change);
    const run = (await serve(url.href)).start();
    expect(await run.ended).toBe(1);
    expect(run.said).toMatch(/^latchkey: PostgreSQL refuses the broker: .*\n$/);
    expect(run.said).toMatch(message);
  });
});
