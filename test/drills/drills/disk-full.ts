import { execFile } from 'node:child_process';
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Drill } from '../drill.ts';
import { inScene } from '../scene.ts';

const run = promisify(execFile);

async function mount(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-drill-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'latchkey-drill', folder]);
    return folder;
  } catch (error) {
    await rmdir(folder);
    throw error;
  }
}

async function unmount(folder: string): Promise<void> {
  await run('umount', [folder]);
  await rmdir(folder);
}

/** Writes until there is no room. */
async function fillUp(folder: string): Promise<void> {
  for (const size of [1_048_576, 65_536, 4_096]) {
    for (let n = 0; ; n += 1) {
      try {
        await writeFile(join(folder, `filler-${size}-${n}`), Buffer.alloc(size));
      } catch {
        break;
      }
    }
  }
}

export const diskFull: Drill = {
  name: 'disk-full',
  about: 'The disk with the database is full',
  async missing() {
    try {
      await unmount(await mount());
      return undefined;
    } catch {
      return 'it takes a small file system, and this user may not mount one';
    }
  },
  async run({ step, check, eventually }) {
    const disk = await mount();
    try {
      const adjust = (config: Record<string, unknown>) =>
        Object.assign(config, { store: `sqlite:${join(disk, 'latchkey.db')}` });
      await inScene({ adjust }, async ({ browser, readyz, latchkey }) => {
        step('Ada signs in and allows the shop.');
        const ada = await browser();
        await ada.allowShop();
        check('she gets tokens', await ada.status('shop'), 200);

        step('The disk is full.');
        await fillUp(disk);
        // Every request writes: until there is no room left in the pages that the database has already.
        await eventually('requests are answered with “try again”', () => ada.status('shop'), 503);
        await eventually('/readyz says that the store takes no writes', async () => (await readyz()).status, 503);
        const takesNone = async () => /^✗ store: takes no writes/m.test((await latchkey('doctor')).out);
        await eventually('latchkey doctor says so', takesNone, true);

        step('There is room again.');
        await run('find', [disk, '-name', 'filler-*', '-delete']);
        await eventually('she gets tokens, and did not have to sign in', () => ada.status('shop'), 200);
        await eventually('/readyz says that the store is well', async () => (await readyz()).status, 200);
        check('the audit log is unchanged', (await latchkey('audit', 'verify')).code, 0);
      });
    } finally {
      await run('umount', [disk]);
      await rm(disk, { recursive: true, force: true });
    }
  },
};
