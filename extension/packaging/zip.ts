import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

/** The earliest time that a zip can store. Zip uses local time, so the bytes are the same in every time zone. */
const mtime = new Date(1980, 0, 1);

/** Zips a folder reproducibly: the same files give the same bytes, at any time and on any machine. */
export async function zipFolder(root: string): Promise<Uint8Array> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const zip: Zippable = {};
  for (const file of files) {
    const path = file.slice(root.length + 1).replaceAll('\\', '/');
    zip[path] = [await readFile(file), { mtime, level: 9, os: 0, attrs: 0 }];
  }
  return zipSync(zip);
}
