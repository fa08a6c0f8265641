import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from '../../demo/end-with-us.ts';

/** A provider's program. */
export interface ServerProcess {
  /** The ID of its process, for measurements. */
  pid: number | undefined;
  stop(): Promise<void>;
}

interface Command {
  program: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Receives what the program prints. */
  logFile: string;
  /** Whether the server is ready. */
  isReady: () => Promise<boolean>;
}

/** A server may need minutes on a busy machine. */
const startDeadlineMs = 600_000;
const stopDeadlineMs = 30_000;

/**
 * Starts a server and waits until it is ready. It ends with this process.
 *
 * @throws {Error} with the end of its log, if it exits or never becomes ready
 */
export async function startServer({ program, args, env = {}, logFile, isReady }: Command): Promise<ServerProcess> {
  const log = await open(logFile, 'a', 0o600);
  const child = spawn(program, args, { stdio: ['ignore', log.fd, log.fd], env: { ...process.env, ...env } });
  await log.close();
  endWithUs(child);
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject));
  if (await Promise.race([becomesReady(child, isReady), failed])) return { pid: child.pid, stop: () => stop(child) };
  await stop(child);
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-15);
  throw new Error(`${program} did not start. The end of its log:\n${lines.join('\n')}`);
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

async function becomesReady(child: ChildProcess, isReady: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + startDeadlineMs;
  while (Date.now() < deadline && isRunning(child)) {
    if (await isReady().catch(() => false)) return true;
    await sleep(200);
  }
  return false;
}

async function stop(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  if (!(await Promise.race([ended.then(() => true), sleep(stopDeadlineMs, false, { ref: false })])))
    child.kill('SIGKILL');
  await ended;
}
