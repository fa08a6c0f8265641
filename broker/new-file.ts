import { rmSync, writeFileSync } from 'node:fs';

/** Nothing was created, so nothing is taken away. */
const untouched: ReadonlySet<string | undefined> = new Set(['EEXIST', 'EISDIR', 'ERR_FS_EISDIR', 'ENOTDIR', 'ENOENT']);

/**
 * Creates a file with its whole content, or none: after a failure, such as a full disk, no part of it is left.
 *
 * @param mode permissions, such as `0o600`
 * @throws {Error} from Node; `EEXIST` if the file exists, which is left as it is
 */
export function createNewFile(path: string, text: string, mode: number): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode, flush: true });
  } catch (error) {
    if (!untouched.has((error as NodeJS.ErrnoException).code)) rmSync(path, { force: true });
    throw error;
  }
}
