import { readFile } from 'node:fs/promises';
import { builtFrom } from '../build-info.ts';

/** The version in the package's manifest. */
export async function version(): Promise<string> {
  // The manifest is one folder up, from the sources and from `dist/`.
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version;
}

/** The version and, in a built package, its commit: `0.1.0 (5dc4384…)`. Scripts can take the first word. */
export const versionAndCommit = async (): Promise<string> =>
  builtFrom === undefined ? version() : `${await version()} (${builtFrom})`;
