import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from './end-with-us.ts';
import { spawnCli } from './program.ts';
import { StartError } from './start-error.ts';
import type { DemoState } from './state.ts';

export interface RunningBroker {
  /** The ID of the broker's process, for measurements. */
  pid: number | undefined;
  /** Resolves when the process has ended, for whatever reason. */
  ended: Promise<void>;
  close(): Promise<void>;
}

const startDeadlineMs = 60_000;
const stopDeadlineMs = 5_000;

/** Runs the broker in its own process, with its log in a file, and waits until it answers. It ends with this process. */
export async function startBroker(state: DemoState, issuer: string): Promise<RunningBroker> {
  const log = await open(state.brokerLog, 'a', 0o600);
  const from = (await log.stat()).size;
  const child = spawnCli(['serve', '--config', state.configFile], { stdio: ['ignore', log.fd, log.fd] });
  endWithUs(child);
  const ended = once(child, 'exit').then(() => undefined);
  await log.close();

  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const stopped = await Promise.race([ended.then(() => true), sleep(stopDeadlineMs, false, { ref: false })]);
    if (!stopped) child.kill('SIGKILL');
    await ended;
  };

  const waiting = new AbortController();
  const started = await Promise.race([answers(issuer, waiting.signal), ended.then(() => false)]);
  if (started) return { pid: child.pid, ended, close };
  waiting.abort();
  await close();
  const lines = (await readFile(state.brokerLog, 'utf8')).slice(from).trim().split('\n').slice(-12);
  throw new StartError(`The broker did not start. The end of its log (${state.brokerLog}):\n${lines.join('\n')}`);
}

/** Whether the broker answers before the deadline. */
async function answers(issuer: string, stop: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + startDeadlineMs;
  while (Date.now() < deadline && !stop.aborted) {
    const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`).catch(() => undefined);
    if (answer?.ok) return true;
    await sleep(100);
  }
  return false;
}
