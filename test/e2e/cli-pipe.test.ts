import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { initRing } from '../../broker/keys/ring.ts';
import { demoConfig } from '../../demo/config.ts';
import { freePorts } from './kit/ports.ts';

const latchkey = fileURLToPath(new URL('../../broker/bin/latchkey.js', import.meta.url));

it('goes on without a log as a broker when the reader of its log goes away', async () => {
  const ports = await freePorts();
  await using cleanUp = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-pipe-'));
  cleanUp.defer(() => rm(dir, { recursive: true }));
  initRing(join(dir, 'keys'), Date.now());
  await writeFile(join(dir, 'client-secret'), 'a-secret-of-this-test-only');
  await writeFile(join(dir, 'latchkey.yaml'), demoConfig(ports));
  const child = spawn(process.execPath, [latchkey, 'serve', '--config', join(dir, 'latchkey.yaml')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanUp.defer(() => void child.kill('SIGKILL'));
  const said = text(child.stderr);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  // Each request is a line of the log.
  for (let n = 0; n < 5; n += 1) {
    expect((await fetch(`http://127.0.0.1:${ports.broker}/jwks`)).status).toBe(200);
  }
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(await said).toBe(
    'latchkey: nobody reads the log any more (EPIPE on stdout). The broker goes on without it.\n',
  );
});

it('ends quietly when the reader of its output goes away', async () => {
  const child = spawn(process.execPath, [latchkey, 'schema'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect({ said, code }).toEqual({ said: '', code: 0 });
});
