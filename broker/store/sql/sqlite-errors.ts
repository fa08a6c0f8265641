import { dirname } from 'node:path';
import { StoreUnavailableError } from '../store.ts';
import { StoreFileError } from './store-file-error.ts';

/** The primary result code of an error from SQLite. @see https://www.sqlite.org/rescode.html */
export const primaryCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;

/** Errors that the file has caused, not the statement. A retry may succeed. */
export const outOfReach: ReadonlyMap<number, string> = new Map([
  [5, 'another process holds it'],
  [6, 'it is locked'],
  [8, 'it is read-only for this user'],
  [10, 'reading or writing the disk failed'],
  [13, 'the disk is full'],
  [14, 'it or a file beside it can not be opened'],
]);

/** Names a fault of the file, from which the store recovers. Returns any other error as it is. */
export function storeErrorOf(cause: unknown): unknown {
  const reason = outOfReach.get(primaryCode(cause) ?? 0);
  return reason === undefined
    ? cause
    : new StoreUnavailableError(`the SQLite file can't be used: ${reason}`, { cause });
}

/** Says why an existing file can't be opened as a database. */
export function storeFileErrorOf(path: string, cause: unknown): unknown {
  const code = primaryCode(cause);
  if (code === undefined) return cause;
  const [reason, cure] = faultOf(code, path);
  return new StoreFileError(`can't open the database ${path}: ${reason} (SQLite error ${code})`, cure, { cause });
}

function faultOf(code: number, path: string): [reason: string, cure: string] {
  switch (code) {
    case 26:
      return [
        'it is not an SQLite database',
        'Correct the path in "store". If there should be a database, restore it from a backup',
      ];
    case 11:
      return ['it is damaged', 'Stop all brokers, and restore it from a backup'];
    case 8:
    case 14:
      return [
        `the user with ID ${process.getuid?.()} may not write it, or not create files beside it`,
        `Give the folder ${dirname(path)} and the files in it to that user`,
      ];
    case 13:
      return ['the disk is full', 'Free disk space'];
    case 5:
    case 6:
      return ['another process holds it', 'Stop the other process. A file can have one broker'];
    default:
      return [outOfReach.get(code) ?? 'SQLite can not read it', 'Check the disk'];
  }
}
