import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithUs } from '../../demo/end-with-us.ts';
import type { BuiltExample } from './examples.ts';
import { request } from './request.ts';

/** An example's settings. */
export interface Settings {
  issuer: string;
  audience: string;
  jwksUri?: string;
}

export interface RunningApi {
  port: number;
  close(): Promise<void>;
}

const startDeadlineMs = 120_000;

/** Starts an example, and waits until it answers. */
export async function startApi(
  { name, command }: BuiltExample,
  port: number,
  { issuer, audience, jwksUri }: Settings,
): Promise<RunningApi> {
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ISSUER: issuer,
      AUDIENCE: audience,
      PORT: String(port),
      ...(jwksUri === undefined ? {} : { JWKS_URI: jwksUri }),
    },
  });
  endWithUs(child, 'SIGTERM');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-3_000);
    });
  }
  if (!(await answers(child, port))) {
    await stop(child);
    throw new Error(`${name} did not start:\n${said}`);
  }
  return { port, close: () => stop(child) };
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  const deadline = Date.now() + startDeadlineMs;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const isThere = await request(port, { path: '/orders' }).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
    await sleep(100);
  }
  return false;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  if (!(await Promise.race([ended.then(() => true), sleep(5_000, false, { ref: false })]))) child.kill('SIGKILL');
  await ended;
}
