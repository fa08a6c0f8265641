import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findChromium } from '../demo/browser/find.ts';
import { bundleScript } from '../demo/sites/bundle.ts';
import { startDemo } from '../demo/stack.ts';
import { demoUsers } from '../demo/users.ts';
import { scriptOptions } from '../packaging/script-options.ts';
import { signInByPopup } from '../test/e2e/kit/chromium/person.ts';
import { openStage, type Stage } from '../test/e2e/kit/chromium/stage.ts';
import { freePorts } from '../test/e2e/kit/ports.ts';
import { percentile } from './kill-switch/percentile.ts';

/**
 * How long a logout at the provider takes to reach a page: from the moment before the provider signs and sends its
 * back-channel logout, to the event in an open tab, with the extension's worker awake. Everything is real except
 * the network. Exits with 1 if the 99th percentile is 500 ms or more.
 */
const limitMs = 500;

const usage = `npm run bench:kill -- [options]

Measures how long a logout at the provider takes to reach a page. Ends with 1 if the 99th percentile is ${limitMs} ms or more.

  --runs N  (default: 100)
  --json    ends with one line of JSON`;

const { values } = scriptOptions(usage, {
  options: { runs: { type: 'string', default: '100' }, json: { type: 'boolean' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a positive whole number');

await using started = new AsyncDisposableStack();
const dir = started.adopt(await mkdtemp(join(tmpdir(), 'latchkey-kill-')), (made) =>
  rm(made, { recursive: true, force: true }),
);
const log = (line: string): void => console.error(line);
const demo = started.adopt(await startDemo({ ports: await freePorts(), dir, now: Date.now, log }), (one) =>
  one.close(),
);
const stage = started.adopt(await openStage(demo, await findChromium()), (one) => one.close());

const figures = await measure(stage, runs);
const summary = { runs, p50: percentile(figures, 50), p99: percentile(figures, 99), max: percentile(figures, 100) };
if (values.json) console.log(JSON.stringify(summary));
else {
  const [p50, p99, max] = [summary.p50, summary.p99, summary.max].map((ms) => `${ms.toFixed(1)} ms`);
  console.log(`back-channel logout → event in an open tab, ${runs} runs: p50 ${p50}, p99 ${p99}, max ${max}`);
}
if (summary.p99 >= limitMs) process.exitCode = 1;

async function measure({ context, openTab, openExtensionPage }: Stage, count: number): Promise<number[]> {
  const [ada] = demoUsers;
  if (!ada) throw new Error('The demo has no users.');
  const { notes } = demo.origins;
  const script = await bundleScript(new URL('kill-switch/page.ts', import.meta.url));
  const html = '<!doctype html><title>kill</title><script type="module" src="/kill.js"></script>';
  await context.route(`${notes}/kill`, (route) => route.fulfill({ body: html, contentType: 'text/html' }));
  await context.route(`${notes}/kill.js`, (route) => route.fulfill({ body: script, contentType: 'text/javascript' }));
  const tab = await openTab(`${notes}/kill`);
  const popup = await openExtensionPage('ui/popup.html');
  await tab.waitForFunction('typeof signedOutAt === "function"');

  const taken: number[] = [];
  while (taken.length < count) {
    const streams = await openedStreams();
    await signInByPopup(stage, popup, ada);
    await tab.waitForFunction('signedIn()');
    while ((await openedStreams()) === streams) await sleep(10);
    const event = tab.evaluate<number>('signedOutAt()');
    // Once the page answers anything else, it listens.
    await tab.evaluate('0');
    const from = performance.timeOrigin + performance.now();
    await demo.idp.endSessionsOf(ada.username);
    taken.push((await event) - from);
    await tab.waitForFunction('signedIn().then((is) => !is)');
    if (taken.length % 20 === 0) log(`${taken.length} of ${count}`);
  }
  return taken;
}

/** The number of event streams that the broker has opened so far, according to its log. */
async function openedStreams(): Promise<number> {
  const lines = (await readFile(demo.state.brokerLog, 'utf8')).split('\n');
  return lines.filter((line) => line.includes('"path":"/session/events","status":200')).length;
}
