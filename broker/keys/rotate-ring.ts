import {
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { loadRing, newRingLine, RingError } from './ring.ts';

/**
 * Adds a new key at the top of the file. The new key seals from now on; the others can still open.
 *
 * @returns the id of the new key
 * @throws {RingError} if the file is unusable or can't be replaced
 */
export function rotateRing(path: string, now: number): string {
  loadRing(path);
  const { kid, line } = newRingLine(now);
  replaceFile(path, (text) => line + text);
  return kid;
}

/**
 * Removes keys from the file. What they have sealed can't be opened any more.
 *
 * @throws {RingError} if no key would be left, or as for {@link rotateRing}
 */
export function dropRingKeys(path: string, kids: readonly string[]): void {
  const left = loadRing(path).all.filter(({ kid }) => !kids.includes(kid));
  if (left.length === 0) throw new RingError(`${path} would have no key left; nothing was changed`);
  const isDropped = (line: string) => kids.includes(line.trim().split(/\s/)[0] ?? '');
  replaceFile(path, (text) =>
    text
      .split('\n')
      .filter((line) => !isDropped(line))
      .join('\n'),
  );
}

/** Replaces the file atomically, so readers never see a partial file. */
function replaceFile(path: string, change: (text: string) => string): void {
  const { uid, gid } = statSync(path);
  const next = `${path}.next`;
  const file = openNext(path, next);
  try {
    try {
      // In a loop: a disk that is almost full, or a quota, can take only a part.
      writeFileSync(file, change(readFileSync(path, 'utf8')));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // Keep the file's owner: an administrator may run the rotation, but the broker reads the file as another user.
    chownSync(next, uid, gid);
    renameSync(next, path);
  } catch (cause) {
    rmSync(next, { force: true });
    throw notReplaced(path, cause);
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** If it can't be created, it may be that of another rotation, and stays. */
function openNext(path: string, next: string): number {
  try {
    return openSync(next, 'wx', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw notReplaced(path, cause);
    throw new RingError(
      `${next} exists: another rotation is running, or one was interrupted. Delete the file if no rotation is running`,
      { cause },
    );
  }
}

const notReplaced = (path: string, cause: unknown): RingError =>
  new RingError(
    `can't replace ${path} (${(cause as NodeJS.ErrnoException).code}). Make its folder writable, and check the disk`,
    { cause },
  );
