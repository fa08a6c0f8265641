import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Creates a file with its whole content, or none: after a failure, such as a full disk, no part of it is left.
 *
 * @param mode permissions, such as `0o600`
 * @throws {Error} from Node; `EEXIST` if the file exists, which is left as it is
 */
export function createNewFile(path: string, text: string, mode: number): void {
  // If this fails, whatever is there is another's.
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}
