import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgres } from '../../postgres/embedded-postgres.ts';
import { freePorts } from './ports.ts';

/** A real PostgreSQL server that can be stopped, killed and restarted with its data. */
export interface Postgres {
  url: string;
  start(): Promise<void>;
  /** SIGINT: a fast shutdown. SIGKILL: a crash. */
  stop(signal: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Stops it and deletes its data. */
  close(): Promise<void>;
}

const startAttempts = 100;

/** Starts a server on a free loopback port. */
export async function startPostgres(): Promise<Postgres> {
  const { api: port } = await freePorts();
  const databaseDir = join(tmpdir(), `latchkey-pg-${randomBytes(6).toString('hex')}`);
  const messages: unknown[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'latchkey',
    password: 'latchkey',
    persistent: false,
    // PostgreSQL refuses to run as root, which is the user in a container.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    // Without fsync, writes still survive a killed process. Only a power failure would lose them.
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: (message) => messages.push(message),
    onError: (message) => messages.push(message),
  });
  const pid = async () => Number((await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]);

  /** After a crash, the old server's child processes may briefly hold its shared memory, and it can't start. */
  async function start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await server.start();
      } catch (cause) {
        if (attempt === startAttempts)
          throw new Error(`PostgreSQL did not start:\n${messages.slice(-10).join('\n')}`, { cause });
        await sleep(50);
      }
    }
  }

  await server.initialise();
  await start();
  await server.createDatabase('latchkey');
  return {
    url: `postgres://latchkey:latchkey@127.0.0.1:${port}/latchkey`,
    start,
    async stop(signal) {
      const running = await pid();
      process.kill(running, signal);
      while (isAlive(running)) await sleep(20);
    },
    close: () => server.stop(),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
