import type { StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnCli } from '../../../demo/program.ts';

/** One broker process. It can be killed and restarted at the same address. */
export interface Replica {
  /** The replica's own address. All replicas share the issuer, which is a different address. */
  origin: string;
  adminOrigin: string;
  start(): Promise<void>;
  /** Sends the signal and waits for the process to exit. */
  stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<{ code: number | null }>;
  signal(signal: NodeJS.Signals): void;
  readonly isRunning: boolean;
  readonly pid: number | undefined;
}

interface ReplicaOptions {
  configFile: string;
  logFile: string;
  port: number;
  adminPort: number;
  env?: Record<string, string> | undefined;
  /** The program that the next start runs. Defaults to this build's. */
  program?: (() => string | undefined) | undefined;
  /** More options of `latchkey serve`. */
  options?: readonly string[] | undefined;
}

const startDeadlineMs = 60_000;

export function createReplica({
  configFile,
  logFile,
  port,
  adminPort,
  env,
  program,
  options: more = [],
}: ReplicaOptions): Replica {
  const origin = `http://127.0.0.1:${port}`;
  const adminOrigin = `http://127.0.0.1:${adminPort}`;
  let child: ReturnType<typeof spawnCli> | undefined;
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  return {
    origin,
    adminOrigin,
    get isRunning() {
      return isRunning();
    },
    get pid() {
      return child?.pid;
    },
    async start() {
      const log = await open(logFile, 'a', 0o600);
      const options = { stdio: ['ignore', log.fd, log.fd] satisfies StdioOptions, env: { ...process.env, ...env } };
      child = spawnCli(['serve', '--config', configFile, ...more], options, program?.());
      await log.close();
      const deadline = Date.now() + startDeadlineMs;
      while (isRunning() && Date.now() < deadline) {
        // Both listeners are open and the store answers. The answer can't come from a killed predecessor, because its sockets closed with it.
        const answer = await fetch(`${adminOrigin}/readyz`).catch(() => undefined);
        await answer?.body?.cancel();
        if (answer?.ok) return;
        await sleep(20);
      }
      const lines = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-8);
      throw new Error(`the broker on port ${port} did not start:\n${lines.join('\n')}`);
    },
    async stop(signal) {
      if (!child || !isRunning()) return { code: child?.exitCode ?? null };
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = await ended;
      return { code };
    },
    signal: (signal) => void child?.kill(signal),
  };
}
