import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const name = '@latchkey/dev';

/**
 * `latchkey dev`: runs the package that has the provider and the extension, of the project in the current folder, else
 * the one that is installed beside this one. Servers don't need it, so it isn't part of `latchkey`.
 *
 * @returns the exit code
 */
export async function dev(args: readonly string[]): Promise<number> {
  const folder = folderOf(join(process.cwd(), 'package.json')) ?? folderOf(import.meta.url);
  if (folder === undefined) {
    process.stderr.write(
      `latchkey dev needs the package ${name}, which has a provider and the extension. Install it in your project:\n` +
        `  npm install --save-dev ${name}\n`,
    );
    return 1;
  }
  const program = join(folder, 'bin/latchkey-dev.js');
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
  return Number(process.exitCode ?? 0);
}

/** Where the package is, seen from a file. */
function folderOf(from: string): string | undefined {
  try {
    return dirname(createRequire(from).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
