import { readFile } from 'node:fs/promises';

/** The version in the package's manifest. */
export async function version(): Promise<string> {
  // The manifest is one folder up, from the sources and from `dist/`.
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version;
}
