import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { root } from '../../demo/program.ts';
import { startBusyLoops } from './busy-loops.ts';
import { parseOptions, UsageError, usage } from './options.ts';
import { type Run, runSuite } from './suite.ts';

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
const says = ({ isPassed, passed, failures, ms }: Run): string =>
  `${isPassed ? 'passed' : 'FAILED'}: ${passed} passed, ${failures.length} failed, ${seconds(ms)}`;

async function main(): Promise<number> {
  const { runs, loops: count, files, help } = parseOptions(process.argv.slice(2), availableParallelism());
  if (help) {
    console.log(usage);
    return 0;
  }
  const folder = join(root, 'test-results', 'load');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  const loops = startBusyLoops(count);
  // Runs in every case, even after an uncaught error.
  process.once('exit', () => loops.stop());
  console.log(`busy loops: ${loops.pids.length === 0 ? 'none' : loops.pids.join(', ')}`);

  const done: Run[] = [];
  while (done.length < runs) {
    const log = join(folder, `run-${done.length + 1}.log`);
    const run = await runSuite({ files, log, stop: stop.signal });
    if (stop.signal.aborted) break;
    done.push(run);
    console.log(`run ${done.length} of ${runs} ${says(run)}`);
    for (const name of run.failures) console.log(`  ${name}`);
    if (!run.isPassed) console.log(`  log: ${relative(root, log)}`);
  }

  const failed = done.filter(({ isPassed }) => !isPassed).length;
  const total = done.reduce((sum, { ms }) => sum + ms, 0);
  console.log(`${done.length} of ${runs} runs, ${failed} failed, ${seconds(total)} in all`);
  if (stop.signal.aborted) return 130;
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
// Otherwise, the loops would keep this process alive.
process.exit();
