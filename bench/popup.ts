import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession } from 'playwright';
import { findChromium } from '../demo/browser/find.ts';
import { claimRow } from '../demo/ports.ts';
import { startDemo } from '../demo/stack.ts';
import { demoUsers } from '../demo/users.ts';
import { scriptOptions } from '../packaging/script-options.ts';
import { signInByPopup } from '../test/e2e/kit/chromium/person.ts';
import { extensionUrl, openStage, type Stage } from '../test/e2e/kit/chromium/stage.ts';
import { percentile } from './kill-switch/percentile.ts';

/**
 * How long the popup takes until its first button can be pressed, from the navigation to it. The browser, the extension
 * and the broker are real.
 */
const limitsMs = { awake: 80, asleep: 200 } as const;
type Worker = keyof typeof limitsMs;

const usage = `npm run bench:popup -- [options]

Measures how long the popup takes until it can be used: with the extension's worker awake, and stopped. Ends with 1 if a
median is over ${limitsMs.awake} or ${limitsMs.asleep} ms. Other work on the machine counts, too.

  --runs N  (default: 20)`;

const { values } = scriptOptions(usage, { options: { runs: { type: 'string', default: '20' } } });
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a positive whole number');

await using started = new AsyncDisposableStack();
const dir = started.adopt(await mkdtemp(join(tmpdir(), 'latchkey-popup-')), (made) =>
  rm(made, { recursive: true, force: true }),
);
const log = (line: string): void => console.error(line);
const demo = started.adopt(await startDemo({ ports: await claimRow(0), dir, now: Date.now, log }), (one) =>
  one.close(),
);
const stage = started.adopt(await openStage(demo, await findChromium()), (one) => one.close());
const [ada] = demoUsers;
if (!ada) throw new Error('The demo has no users.');
const first = await stage.openExtensionPage('ui/popup.html');
await signInByPopup(stage, first, ada);
// A page without scripts, which doesn't wake the worker.
await first.goto(extensionUrl('icons/16.png'));
const control = await first.context().newCDPSession(first);
await control.send('ServiceWorker.enable');

for (const worker of ['awake', 'asleep'] as const) {
  const figures: number[] = [];
  for (let run = 0; run < runs; run += 1) figures.push(await open(stage, control, worker));
  const median = percentile(figures, 50);
  const limit = limitsMs[worker];
  console.log(
    `popup, worker ${worker.padEnd(6)}  p50 ${median.toFixed(0)} ms, p95 ${percentile(figures, 95).toFixed(0)} ms (${runs} times, limit for p50 ${limit} ms)`,
  );
  if (median > limit) process.exitCode = 1;
}

/** Opens the popup once. @returns milliseconds until a button of the account or a site can be pressed */
async function open({ context }: Stage, control: CDPSession, worker: Worker): Promise<number> {
  if (worker === 'asleep') await stopWorker(control);
  const page = await context.newPage();
  await page.addInitScript(`
    globalThis.ready = new Promise((resolve) => {
      const look = () => {
        if (document.querySelector('main:not([aria-busy]) :is(button, summary)')) resolve(performance.now());
        else requestAnimationFrame(look);
      };
      look();
    });`);
  await page.goto(extensionUrl('ui/popup.html'));
  const ms = await page.evaluate<number>('globalThis.ready');
  await page.close();
  return ms;
}

async function stopWorker(control: CDPSession): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    control.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      if (versions.at(-1)?.runningStatus === 'stopped') resolve();
    });
  });
  await control.send('ServiceWorker.stopAllWorkers');
  await stopped;
}
