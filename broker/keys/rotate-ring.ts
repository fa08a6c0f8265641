import {
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { loadRing, newRingLine, RingError } from './ring.ts';

/**
 * Adds a new key at the top of the file. The new key seals from now on; the others can still open. The file is replaced
 * atomically, so readers never see a partial file.
 *
 * @returns the id of the new key
 * @throws {RingError} if the file is unusable or can't be replaced
 */
export function rotateRing(path: string, now: number): string {
  loadRing(path);
  const { uid, gid } = statSync(path);
  const { kid, line } = newRingLine(now);
  const next = `${path}.next`;
  try {
    const file = openSync(next, 'wx', 0o600);
    try {
      writeSync(file, line + readFileSync(path, 'utf8'));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // Keep the file's owner: an administrator may run the rotation, but the broker reads the file as another user.
    chownSync(next, uid, gid);
    renameSync(next, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new RingError(
        `${next} exists: another rotation is running, or one was interrupted. Delete the file if no rotation is running`,
        { cause },
      );
    }
    rmSync(next, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    throw new RingError(`can't replace ${path} (${code}). Make its folder writable, and check the disk`, { cause });
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return kid;
}
