import { execFile, spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { promisify } from 'node:util';

/** The parts of the machine that are needed to find and install a browser. Tests use a fake. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** Whether this process runs as root, which needs no `sudo`. */
  isRoot: boolean;
  /** Where a file really is, or `undefined` where nothing is. */
  realPath(path: string): string | undefined;
  /** What a program writes to stdout. Rejects where it fails or takes longer than ten seconds. */
  output(program: string, args: string[]): Promise<string>;
  /** Runs a program that may take minutes, its words on our stderr. Resolves to whether it succeeded. */
  run(program: string, args: string[]): Promise<boolean>;
  /** One line for the person who waits. */
  say(line: string): void;
}

export const thisMachine: Machine = {
  platform: process.platform,
  env: process.env,
  isRoot: process.getuid?.() === 0,
  realPath(path) {
    try {
      return realpathSync(path);
    } catch {
      return undefined;
    }
  },
  output: async (program, args) => (await promisify(execFile)(program, args, { timeout: 10_000 })).stdout,
  run: (program, args) =>
    new Promise((resolve) => {
      // Standard output belongs to whoever called us: what installers say goes to stderr.
      const child = spawn(program, args, { stdio: ['ignore', 2, 2] });
      child.once('error', () => resolve(false));
      child.once('exit', (code) => resolve(code === 0));
    }),
  say: (line) => void process.stderr.write(`${line}\n`),
};
