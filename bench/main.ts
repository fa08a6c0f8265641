import { availableParallelism, loadavg } from 'node:os';
import { NoBrowserError } from '../demo/browser/find.ts';
import { startBare } from './bare/start.ts';
import { type BenchBrowser, openBrowser } from './browser.ts';
import { apiFigures } from './figures/api.ts';
import { introspectionFigures } from './figures/introspection.ts';
import { pageFigures } from './figures/page.ts';
import { pollFigures } from './figures/poll.ts';
import { serviceFigures } from './figures/service.ts';
import { tabFigures } from './figures/tab.ts';
import { tokenFigures } from './figures/token.ts';
import { verifyFigures } from './figures/verify.ts';
import { type BenchOptions, type FigureName, parseOptions, UsageError, usage } from './options.ts';
import type { WorkName } from './peers/peer.ts';
import { type LeftOut, startPeers } from './peers/start.ts';
import type { Figure } from './rounds.ts';
import { startStack } from './stack.ts';
import { markdown, summary, table } from './table.ts';
import { createTokens } from './tokens.ts';

const say = (line: string): void => console.error(line);
const deadlineMs = 720_000;

/** The work of other products that each figure is measured beside. */
const worksOf: Record<FigureName, readonly WorkName[]> = {
  token: ['token'],
  service: ['token'],
  poll: ['poll'],
  introspection: ['introspection'],
  verify: ['verify', 'verify fresh'],
  api: [],
  page: [],
  tab: [],
};

interface Result {
  figures: Figure[];
  leftOut: LeftOut[];
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  const machine = { cores: availableParallelism(), load: loadavg()[0] ?? 0, node: process.version };
  const result = await measure(options, stopSignal());
  console.log(report(result, options.format, machine));
}

function report(
  { figures, leftOut }: Result,
  format: BenchOptions['format'],
  machine: { cores: number; load: number; node: string },
): string {
  const { cores, load, node } = machine;
  if (format === 'json') return JSON.stringify({ ...machine, figures: summary(figures), left_out: leftOut });
  const without = leftOut.map(({ name, why }) => `Left out: ${name}, which ${why}.`);
  if (format === 'markdown') return [markdown(figures), '', `${cores} cores, Node ${node}.`, ...without].join('\n');
  const busy = load > cores / 2 ? [`The machine was busy (load ${load.toFixed(1)}): go by the processor time.`] : [];
  const about = `${cores} cores, Node ${node}. What this says: docs/performance.md`;
  return ['', table(figures), '', about, ...without, ...busy].join('\n');
}

/** Starts what the measurements need, runs them one after the other, and stops everything it started. */
async function measure({ only, peers: withPeers }: BenchOptions, stop: AbortSignal): Promise<Result> {
  await using started = new AsyncDisposableStack();
  const stack = started.adopt(await startStack(say), ({ close }) => close());
  const bare = started.adopt(await startBare(), ({ close }) => close());
  const tokens = await createTokens(stack);
  const works = new Set(withPeers ? only.flatMap((name) => worksOf[name]) : []);
  const ground = { dir: stack.state.dir, tokens, say, started };
  const { peers, leftOut } = await Promise.race([startPeers(works, ground), aborted(stop)]);
  let opened: Promise<BenchBrowser> | undefined;
  const browser = (): Promise<BenchBrowser> => {
    opened ??= openBrowser(stack).then((one) => started.adopt(one, ({ close }) => close()));
    return opened;
  };
  const take = {
    token: () => tokenFigures(stack, bare, peers),
    service: () => serviceFigures(stack, bare, peers),
    poll: () => pollFigures(stack, bare, peers),
    introspection: () => introspectionFigures(stack, tokens, peers),
    verify: () => verifyFigures(stack, bare, tokens, peers),
    api: () => apiFigures(),
    page: async () => pageFigures(await browser(), withPeers),
    tab: async () => tabFigures(await browser()),
  };
  const figures: Figure[] = [];
  for (const name of only) {
    say(`measuring: ${name}`);
    figures.push(...(await Promise.race([take[name](), aborted(stop)])));
  }
  return { figures, leftOut };
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (why: string) => controller.abort(new StoppedError(why));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(`Stopped by ${signal}.`));
  setTimeout(stop, deadlineMs, `Stopped: not done after ${deadlineMs / 1_000} s.`).unref();
  return controller.signal;
}

/** A signal came, or the time is over. */
class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) {
    say(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  } else {
    const known = error instanceof StoppedError || error instanceof NoBrowserError;
    say(error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error));
    process.exitCode = 1;
  }
}
