import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The version that manifests and packages carry: package.json's. */
export async function readVersion(): Promise<string> {
  const packageJson = await readFile(join(import.meta.dirname, '../../package.json'), 'utf8');
  return (JSON.parse(packageJson) as { version: string }).version;
}
