import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../demo/program.ts';

/** Runs `npm run demo -- --tour …` without npm, until it ends. */
async function tour(...args: string[]) {
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-tour-'));
  const options = ['--tour', '--port', '0', '--dir', dir, ...args];
  const child = spawn(process.execPath, [join(root, 'demo', 'main.ts'), ...options], { cwd: root });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  try {
    await once(child, 'close');
  } finally {
    child.kill();
    await rm(dir, { recursive: true, force: true });
  }
  const lines = said.out.split('\n');
  const done = lines.flatMap((line) => /^ {2}✓ \d\d {2}(.*?) +\d+ ms$/.exec(line)?.[1] ?? []);
  return { said, exitCode: child.exitCode, done };
}

it('the tour ends well in Firefox, with the same steps as in Chromium and a screenshot of each', async () => {
  const firefox = await tour('--browser', 'firefox');
  expect(firefox.said).toMatchObject({
    out: expect.stringContaining('Ada Lovelace, orders:read, through cli'),
    err: expect.stringContaining('firefox'),
  });
  expect(firefox.exitCode).toBe(0);
  expect(firefox.done).toHaveLength(22);
  expect(await readdir(join(root, 'demo', 'tour-firefox'))).toHaveLength(firefox.done.length);

  const chromium = await tour();
  expect(chromium.said.out).toContain('headless Chromium');
  expect(chromium.exitCode).toBe(0);
  expect(chromium.done).toEqual(firefox.done);
  expect(await readdir(join(root, 'demo', 'tour'))).toHaveLength(chromium.done.length);
}, 300_000);
