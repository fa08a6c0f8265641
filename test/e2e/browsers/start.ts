import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningDemo, startDemo } from '../../../demo/stack.ts';
import { freePorts } from '../kit/ports.ts';
import type { Browser } from './browser.ts';

/** The whole demo on free ports, and a browser with the extension, in a temporary folder. */
export async function startBrowser(open: (demo: RunningDemo) => Promise<Browser>): Promise<Browser> {
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-e2e-'));
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const demo = await startDemo({ ports: await freePorts(), dir, now: Date.now, log });
  const browser = await open(demo);
  return {
    ...browser,
    async close() {
      await browser.close();
      await demo.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
