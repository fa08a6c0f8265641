import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './ports.ts';

/** Whether this machine has the program. */
export const hasPgbouncer = (): boolean => spawnSync('pgbouncer', ['--version']).error === undefined;

/**
 * Starts PgBouncer in transaction mode before a database: it may run each transaction on a different connection, and
 * doesn't deliver `NOTIFY`.
 *
 * @param database URL of the database, with user and password
 * @returns the URL of the same database through the pooler
 */
export async function startPgbouncer(database: string): Promise<{ url: string; close(): Promise<void> }> {
  const { shop: port } = await freePorts();
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-pooler-'));
  // The pooler refuses to run as root, so the user that it switches to must be able to read these files.
  await chmod(folder, 0o755);
  const { hostname, port: databasePort, username, password, pathname } = new URL(database);
  const name = pathname.slice(1);
  await writeFile(join(folder, 'users'), `"${username}" "${password}"\n`);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
${name} = host=${hostname} port=${databasePort} dbname=${name}
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
  const pooler = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], { stdio: 'ignore' });
  return {
    url: `postgres://${username}:${password}@127.0.0.1:${port}/${name}`,
    async close() {
      if (pooler.exitCode === null) {
        pooler.kill('SIGTERM');
        await once(pooler, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
