import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface Finding {
  code: string;
  message: string;
  file?: string;
}

interface Report {
  errors: Finding[];
  warnings: Finding[];
}

const linter = join(
  dirname(createRequire(import.meta.url).resolve('addons-linter/package.json')),
  'bin',
  'addons-linter',
);

/**
 * Errors and warnings of `web-ext lint` (Mozilla's addons-linter) about a build, one per line.
 *
 * @param options `selfHosted`: whether the add-on names its own source of updates, which the store doesn't allow
 */
export async function lintFirefox(root: string, { selfHosted = false } = {}): Promise<string[]> {
  const { errors, warnings } = await run(selfHosted ? ['--self-hosted', root] : [root]);
  return [...errors, ...warnings].map(({ code, message, file }) => `${file ?? 'the add-on'}: ${code}: ${message}`);
}

/** The linter exits with 1 if it finds errors. That isn't a failure here: stdout has the full report. */
const run = (args: string[]): Promise<Report> =>
  new Promise((resolve, reject) => {
    execFile(process.execPath, [linter, '--output', 'json', ...args], { maxBuffer: 2 ** 24 }, (error, stdout) => {
      if (stdout.startsWith('{')) resolve(JSON.parse(stdout) as Report);
      else reject(error ?? new Error('addons-linter said nothing'));
    });
  });
