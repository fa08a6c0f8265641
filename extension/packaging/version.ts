import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The version in manifests and packages, from package.json. */
export async function readVersion(): Promise<string> {
  const packageJson = await readFile(join(import.meta.dirname, '../../package.json'), 'utf8');
  return (JSON.parse(packageJson) as { version: string }).version;
}
