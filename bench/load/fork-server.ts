import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MeasuredServer } from './server.ts';

export interface ForkedServer extends MeasuredServer {
  close(): Promise<void>;
}

/** Starts a program in its own process, like the broker. It sends its port as its first message. */
export async function forkServer(program: URL, env: NodeJS.ProcessEnv = {}): Promise<ForkedServer> {
  const child = fork(fileURLToPath(program), { env: { ...process.env, ...env } });
  const ended = once(child, 'exit');
  const [port] = await Promise.race([
    once(child, 'message') as Promise<[number]>,
    ended.then(() => Promise.reject(new Error(`${program.pathname} did not start.`))),
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
