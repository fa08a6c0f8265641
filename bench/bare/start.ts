import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MeasuredServer } from '../load/server.ts';

export interface BareServer extends MeasuredServer {
  close(): Promise<void>;
}

/** Starts the bare server in its own process, like the broker. */
export async function startBare(): Promise<BareServer> {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)));
  const ended = once(child, 'exit');
  const [port] = await Promise.race([
    once(child, 'message') as Promise<[number]>,
    ended.then(() => Promise.reject(new Error('The bare server did not start.'))),
  ]);
  return {
    port,
    pid: child.pid,
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
