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
 * Puts a fresh key before those of the file: from now on it seals, and the others still open. The file is replaced in
 * one step, so that nobody ever reads half of it.
 *
 * @returns the new key's name
 * @throws {RingError} where the file can't be used as it is, or not be replaced
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
    // An administrator rotates; the broker, another user, reads.
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
    throw new RingError(`can't replace ${path}. Make its folder writable`, { cause });
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return kid;
}
