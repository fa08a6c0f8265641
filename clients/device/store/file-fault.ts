import { dirname } from 'node:path';
import { StoreError } from './store-error.ts';

const user = (): string => (process.getuid === undefined ? 'you' : `the user with ID ${process.getuid()}`);

/** The file is there and can't be read. */
export function unusable(path: string, cause: unknown): StoreError {
  const { code } = cause as NodeJS.ErrnoException;
  return new StoreError(
    'unusable',
    `${path} can't be read (${code}). Let ${user()} read it, or choose another place with LATCHKEY_HOME or --file.`,
    { cause },
  );
}

/** The file, or its lock, can't be written. */
export function unwritable(path: string, cause: unknown): StoreError {
  const { code } = cause as NodeJS.ErrnoException;
  return new StoreError('unwritable', `${path} can't be written (${code}). ${cureOf(code, path)}`, { cause });
}

function cureOf(code: string | undefined, path: string): string {
  const elsewhere = 'choose another place with LATCHKEY_HOME or --file';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk is full. Free some space.';
    case 'EROFS':
      return `The file system is read-only. To keep your sign-in, ${elsewhere}.`;
    case 'EACCES':
    case 'EPERM':
      return `Let ${user()} write to ${dirname(path)}, or ${elsewhere}.`;
    default:
      return `Check ${dirname(path)}, or ${elsewhere}.`;
  }
}
