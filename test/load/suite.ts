import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../demo/program.ts';
import { type Results, readResults } from '../results.ts';

export interface RunOptions {
  files: string[];
  /** Path of the log. Vitest's report is copied next to it, as `.json`. */
  log: string;
  /** Ends the run. */
  stop: AbortSignal;
}

export interface Run {
  isPassed: boolean;
  passed: number;
  failures: string[];
  ms: number;
}

const report = join(root, 'test-results', 'vitest.json');
/** How long the suite has to close its browsers and servers. */
const patienceMs = 15_000;

/** Runs `npm test` once. */
export async function runSuite({ files, log, stop }: RunOptions): Promise<Run> {
  // Otherwise, a run that fails before its tests would report the previous run's results.
  await rm(report, { force: true });
  const startedAt = performance.now();
  // Use a separate process group, so that all its processes can be ended.
  const suite = spawn('npm', ['test', '--', ...files], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const output = createWriteStream(log);
  for (const stream of [suite.stdout, suite.stderr]) stream.pipe(output, { end: false });
  const end = () => endGroup(suite);
  stop.addEventListener('abort', end, { once: true });
  const [code]: (number | null)[] = await once(suite, 'close');
  stop.removeEventListener('abort', end);
  output.end();
  const ms = performance.now() - startedAt;

  const { passed, failures } = await readResults(report).catch((): Results => ({ passed: 0, failures: [] }));
  await copyFile(report, log.replace(/\.log$/, '.json')).catch(() => undefined);
  return { isPassed: code === 0 && failures.length === 0, passed, failures: failures.map(({ name }) => name), ms };
}

function endGroup(suite: ChildProcess): void {
  signalGroup(suite, 'SIGINT');
  setTimeout(() => signalGroup(suite, 'SIGKILL'), patienceMs).unref();
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has already ended.
  }
}
