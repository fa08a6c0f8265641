import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A virtual display, and a keyboard for the browser's own prompts, which no driver can reach. */
export interface Display {
  /** The value of `DISPLAY`. */
  name: string;
  /** Accepts the browser's prompt. */
  allow(): Promise<void>;
  close(): Promise<void>;
}

/** @returns `undefined` if Xvfb or xdotool isn't installed */
export async function openDisplay(): Promise<Display | undefined> {
  const installed = await Promise.all([runs('xdotool', 'version'), runs('Xvfb', '-help')]);
  if (!installed.every(Boolean)) return undefined;
  // Xvfb picks a free display number and writes it to file descriptor 3.
  const args = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [number] = await once(server.stdio[3] as Readable, 'data');
  const name = `:${String(number).trim()}`;
  return {
    name,
    async allow() {
      // No event reports the prompt. The focus starts on “Deny”, next to “Allow”.
      await sleep(2_000);
      await run('xdotool', ['key', 'Tab', 'Return'], { env: { ...process.env, DISPLAY: name } });
    },
    async close() {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    },
  };
}

const runs = (program: string, argument: string): Promise<boolean> =>
  run(program, [argument]).then(
    () => true,
    (error: { code?: unknown }) => error.code !== 'ENOENT',
  );
