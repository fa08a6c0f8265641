import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A display that nobody sees, and a keyboard for what no browser's driver reaches: the browser's own questions. */
export interface Display {
  /** For `DISPLAY`. */
  name: string;
  /** Answers the browser's question with a yes. */
  allow(): Promise<void>;
  close(): Promise<void>;
}

/** @returns `undefined` where Xvfb or xdotool are not installed */
export async function openDisplay(): Promise<Display | undefined> {
  const installed = await Promise.all([runs('xdotool', 'version'), runs('Xvfb', '-help')]);
  if (!installed.every(Boolean)) return undefined;
  // It takes a free number by itself, and writes it to the fourth of its files.
  const args = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [number] = await once(server.stdio[3] as Readable, 'data');
  const name = `:${String(number).trim()}`;
  return {
    name,
    async allow() {
      // Nothing tells when the question is there. It begins at “Deny”, with “Allow” beside it.
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
