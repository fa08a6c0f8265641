import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Creates and returns a folder for downloads, which later runs find again. */
export async function cacheFolder(name: string): Promise<string> {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'latchkey-providers', name);
  await mkdir(folder, { recursive: true });
  return folder;
}
