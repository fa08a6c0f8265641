import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The project's top folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));
export const cliFile = fileURLToPath(new URL('../broker/bin/latchkey.js', import.meta.url));

/** Starts `latchkey …` with the same Node as this process. @param file the program of another build */
export const spawnCli = (args: string[], options: SpawnOptions, file = cliFile): ChildProcess =>
  spawn(process.execPath, [file, ...args], { cwd: root, ...options });

/** Runs `latchkey …` until it exits. If it fails, rejects with what it wrote to stderr. */
export async function runCli(args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [cliFile, ...args], { cwd: root });
  return stdout;
}
