import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The project's top folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));
/** The `latchkey` program: here the workspace, elsewhere the installed package. */
export const cliFile = join(
  dirname(createRequire(import.meta.url).resolve('latchkey/package.json')),
  'bin/latchkey.js',
);

/** Starts `latchkey …` with the same Node as this process. @param file the program of another build */
export const spawnCli = (args: string[], options: SpawnOptions, file = cliFile): ChildProcess =>
  spawn(process.execPath, [file, ...args], { cwd: root, ...options });

/** Runs `latchkey …` until it exits. If it fails, rejects with what it wrote to stderr. */
export async function runCli(args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [cliFile, ...args], { cwd: root });
  return stdout;
}
