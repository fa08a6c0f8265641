import { availableParallelism, loadavg } from 'node:os';
import { NoBrowserError } from '../demo/browser/find.ts';
import { startBare } from './bare/start.ts';
import { openBrowser } from './browser.ts';
import { pollFigures } from './figures/poll.ts';
import { tabFigures } from './figures/tab.ts';
import { tokenFigures } from './figures/token.ts';
import { type BenchOptions, parseOptions, UsageError, usage } from './options.ts';
import type { Figure } from './rounds.ts';
import { startStack } from './stack.ts';
import { summary, table } from './table.ts';

const say = (line: string): void => console.error(line);
const deadlineMs = 180_000;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  const machine = { cores: availableParallelism(), load: loadavg()[0] ?? 0, node: process.version };
  const figures = await measure(options, stopSignal());
  console.log(options.json ? JSON.stringify({ ...machine, figures: summary(figures) }) : report(figures, machine));
}

function report(
  figures: readonly Figure[],
  { cores, load, node }: { cores: number; load: number; node: string },
): string {
  const busy = load > cores / 2 ? `\nThe machine was busy (load ${load.toFixed(1)}): go by the processor time.` : '';
  return `\n${table(figures)}\n\n${cores} cores, Node ${node}. What this says: docs/bench.md${busy}`;
}

/** Starts what the measurements need, runs them one after the other, and stops everything it started. */
async function measure({ only }: BenchOptions, stop: AbortSignal): Promise<Figure[]> {
  await using started = new AsyncDisposableStack();
  const stack = started.adopt(await startStack(say), ({ close }) => close());
  const bare = started.adopt(await startBare(), ({ close }) => close());
  const take = {
    token: () => tokenFigures(stack, bare),
    poll: () => pollFigures(stack, bare),
    tab: async () => tabFigures(started.adopt(await openBrowser(stack), ({ close }) => close())),
  };
  const figures: Figure[] = [];
  for (const name of only) {
    say(`measuring: ${name}`);
    figures.push(...(await Promise.race([take[name](), aborted(stop)])));
  }
  return figures;
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
