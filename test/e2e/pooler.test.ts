import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grow } from '../chaos/scenarios/one-refresh.ts';
import { openEvents } from './kit/event-stream.ts';
import { freePorts } from './kit/ports.ts';
import { type Postgres, startPostgres } from './kit/postgres.ts';
import { type Replicas, startReplicas } from './kit/replicas.ts';

const isHere = spawnSync('pgbouncer', ['--version']).error === undefined;

/** A transaction pooler may run each transaction on a different connection, and doesn't deliver `NOTIFY`. */
describe.skipIf(!isHere)('PgBouncer between the brokers and PostgreSQL, in transaction mode', () => {
  let folder: string;
  let postgres: Postgres;
  let pooler: ChildProcess;
  let replicas: Replicas;

  beforeAll(async () => {
    postgres = await startPostgres();
    const { shop: port } = await freePorts();
    folder = await mkdtemp(join(tmpdir(), 'latchkey-pooler-'));
    // The pooler refuses to run as root, so the user that it switches to must be able to read these files.
    await chmod(folder, 0o755);
    const { hostname, port: database } = new URL(postgres.url);
    await writeFile(join(folder, 'users'), '"latchkey" "latchkey"\n');
    await writeFile(
      join(folder, 'pgbouncer.ini'),
      `[databases]
latchkey = host=${hostname} port=${database} dbname=latchkey
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, 'users')}
pool_mode = transaction
default_pool_size = 4
${process.getuid?.() === 0 ? 'user = nobody' : ''}
`,
    );
    pooler = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], { stdio: 'ignore' });
    replicas = await startReplicas({
      count: 2,
      store: `postgres://latchkey:latchkey@127.0.0.1:${port}/latchkey`,
      lifetime: '5m',
      fresh: '15m',
    });
  });
  afterAll(async () => {
    await replicas?.close();
    if (pooler?.exitCode === null) {
      pooler.kill('SIGTERM');
      await once(pooler, 'exit');
    }
    await postgres?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('one refresh for all that ask at once, at both brokers', async () => {
    const person = await replicas.signIn();
    await person.token();
    await grow(postgres.url);
    const before = replicas.idp.counts.rotations;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => person.token(replicas.replicas[n % 2]?.origin)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(60).fill(200));
    expect(replicas.idp.counts).toMatchObject({ rotations: before + 1, reuses: 0 });
  });

  it('a sign-out at one broker reaches the stream at the other all the same', async () => {
    const person = await replicas.signIn();
    const [one, other] = replicas.replicas;
    const events = await openEvents(person.session, replicas.origins.broker, { at: other?.origin });
    await events.connected();
    const ended = await person.session.call('DELETE', '/session', undefined, { at: one?.origin });
    expect(ended.status).toBe(200);
    expect(await events.ended).toEqual(['revoked']);
  });
});
