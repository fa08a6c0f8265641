import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Top folder of the project. */
export const root = fileURLToPath(new URL('..', import.meta.url));
export const cliFile = fileURLToPath(new URL('../broker/bin/latchkey.js', import.meta.url));

/** Starts `latchkey …` by the Node that runs this process. */
export const spawnCli = (args: string[], options: SpawnOptions): ChildProcess =>
  spawn(process.execPath, [cliFile, ...args], { cwd: root, ...options });

/** Runs `latchkey …` to its end. Rejects with what it wrote to stderr where it fails. */
export async function runCli(args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [cliFile, ...args], { cwd: root });
  return stdout;
}
