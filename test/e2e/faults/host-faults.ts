import { once } from 'node:events';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { upgradeAsLaterRelease } from '../../upgrade/later-release.ts';
import type { Fault } from './fault.ts';
import type { Scene } from './scene.ts';

async function occupy(scene: Scene, port: number): Promise<void> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  await once(server, 'listening');
  scene.defer(() => server.close());
}

/** A broker has run, so the database has data that the keys encrypt. */
async function useDatabase(scene: Scene): Promise<void> {
  await scene.start();
  await scene.stop();
}

const file = (name: string, change: (path: string) => Promise<void>) => (scene: Scene) => change(join(scene.dir, name));

/** What goes wrong on the broker's own machine. */
export const hostFaults: Fault[] = [
  { name: 'The broker does not run', broker: 'none' },
  {
    name: 'Another program uses the port of listen',
    before: (scene) => occupy(scene, scene.ports.broker),
    broker: 'refused',
  },
  {
    name: 'Another program uses the port of admin_listen',
    before: (scene) => occupy(scene, scene.ports.admin),
    broker: 'refused',
  },
  {
    name: 'listen is an address of another machine',
    before: ({ tree, ports }) => Object.assign(tree, { listen: `192.0.2.1:${ports.broker}` }),
    broker: 'refused',
  },
  {
    name: 'The key file is gone',
    before: async (scene) => {
      await useDatabase(scene);
      await rm(join(scene.dir, 'keys'));
    },
    broker: 'refused',
  },
  {
    name: 'The key file is missing before the first start',
    before: file('keys', (path) => rm(path)),
    broker: 'refused',
  },
  { name: 'Other users can read the key file', before: file('keys', (path) => chmod(path, 0o644)), broker: 'refused' },
  {
    name: 'The key file is damaged',
    before: file('keys', (path) => writeFile(path, 'nonsense', { mode: 0o600 })),
    broker: 'refused',
  },
  {
    name: 'The folder of the database is missing',
    before: ({ tree }) => Object.assign(tree, { store: 'sqlite:./missing/latchkey.db' }),
    broker: 'refused',
  },
  {
    name: 'The database file is not a database',
    before: file('latchkey.db', (path) =>
      writeFile(path, 'no database, but longer than sixteen bytes', { mode: 0o600 }),
    ),
    broker: 'refused',
  },
  {
    name: 'Other users can read the database',
    before: file('latchkey.db', (path) => writeFile(path, '', { mode: 0o644 })),
    broker: 'refused',
  },
  {
    name: 'A newer version has upgraded the database',
    before: file('latchkey.db', (path) => upgradeAsLaterRelease(`sqlite:${path}`)),
    broker: 'refused',
  },
  {
    name: 'PostgreSQL does not accept connections',
    before: ({ tree, ports }) => Object.assign(tree, { store: `postgres://latchkey@127.0.0.1:${ports.api}/latchkey` }),
    broker: 'waits',
  },
  {
    name: 'A command is run with the wrong path of the database',
    before: ({ tree }) => Object.assign(tree, { store: 'sqlite:./other/latchkey.db' }),
    broker: 'refused',
    command: ['sessions', 'list'],
  },
  {
    name: 'admin_listen is open to every network',
    before: ({ tree, ports }) => Object.assign(tree, { admin_listen: `0.0.0.0:${ports.admin}` }),
  },
];
