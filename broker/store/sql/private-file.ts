import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { shellWord } from '@latchkey/shared/shell-word.ts';
import { fileFault } from '../../file-fault.ts';
import { StoreFileError } from './store-file-error.ts';

/**
 * Creates the database file with mode 0600 if it is missing, because SQLite would create a world-readable one. The
 * files beside it (`-wal`, `-shm`) inherit its mode.
 *
 * @throws {StoreFileError} if it can't be opened, or if users other than its owner can read or write it or a file beside it
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
    const { reason, cure } = fileFault(cause, path);
    throw new StoreFileError(`can't open the database ${path}: ${reason}`, cure, { cause });
  }
}

function requireMode(path: string, mode: number): void {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new StoreFileError(
    `the database ${path} is accessible to other users (mode ${(mode & 0o777).toString(8)})`,
    `Check who could have read it, then run: chmod 600 ${shellWord(path)}`,
  );
}
