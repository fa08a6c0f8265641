import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const latchkey = fileURLToPath(new URL('../../broker/bin/latchkey.js', import.meta.url));

it('ends quietly when the reader of its output goes away', async () => {
  const child = spawn(process.execPath, [latchkey, 'schema'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect({ said, code }).toEqual({ said: '', code: 0 });
});
