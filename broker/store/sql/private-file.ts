import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { StoreUnavailableError } from '../store.ts';

/** The database file cannot be used. The message gives the cause and the fix. */
export class StoreFileError extends Error {
  override readonly name = 'StoreFileError';
  readonly code = 'invalid_store';
}

/**
 * Creates the database file with mode 0600 if it is missing, because SQLite would create a world-readable one. The
 * files beside it (`-wal`, `-shm`) inherit its mode.
 *
 * @throws {StoreFileError} if users other than its owner can read or write it, or a file beside it
 * @throws {StoreUnavailableError} if it can't be opened
 */
export function requirePrivateFile(path: string): void {
  const descriptor = openFile(path);
  try {
    requireMode(path, fstatSync(descriptor).mode);
  } finally {
    closeSync(descriptor);
  }
  for (const beside of [`${path}-wal`, `${path}-shm`]) {
    const found = statSync(beside, { throwIfNoEntry: false });
    if (found) requireMode(beside, found.mode);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (cause) {
    throw new StoreUnavailableError(`can't open the SQLite file ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'its folder does not exist';
  if (code === 'EACCES' || code === 'EPERM') return `the user with ID ${process.getuid?.()} may not write it`;
  return String(code);
}

function requireMode(path: string, mode: number): void {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new StoreFileError(
    `the database ${path} is accessible to other users (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${path}`,
  );
}
