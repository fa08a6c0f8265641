import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../e2e/kit/ports.ts';
import { EmbeddedPostgres } from '../../postgres/embedded-postgres.ts';

export interface PostgresServer {
  /** Creates an empty database. @returns its URL */
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** A real PostgreSQL server on a free loopback port. Its data is deleted when it stops. */
export async function startPostgres(): Promise<PostgresServer> {
  const port = await freePort();
  const messages: unknown[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(tmpdir(), `latchkey-pg-${randomBytes(6).toString('hex')}`),
    port,
    user: 'latchkey',
    password: 'latchkey',
    persistent: false,
    // PostgreSQL refuses to run as root, which is the user in a container.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: (message) => messages.push(message),
    onError: (message) => messages.push(message),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    throw new Error(`PostgreSQL did not start:\n${messages.join('\n')}`, { cause });
  }
  const admin = server.getPgClient('postgres', '127.0.0.1');
  await admin.connect();
  return {
    async database(name) {
      await admin.query(`create database ${name}`);
      return `postgres://latchkey:latchkey@127.0.0.1:${port}/${name}`;
    },
    async stop() {
      await admin.end();
      await server.stop();
    },
  };
}
