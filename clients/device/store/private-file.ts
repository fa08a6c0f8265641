import { readFile, stat, unlink } from 'node:fs/promises';
import { unusable, unwritable } from './file-fault.ts';
import { type LockOptions, withLock } from './file-lock.ts';
import { StoreError } from './store-error.ts';
import { tryPrivateFile, writePrivateFile } from './write-file.ts';

/** A text file that only its owner can read, with a lock beside it. */
export interface PrivateFile {
  readonly path: string;
  /**
   * @returns `undefined` if there is no file
   * @throws {StoreError} `unusable` if other users can read the file, or it can't be read
   */
  read(): Promise<string | undefined>;
  /**
   * Replaces the file atomically. It is on disk when the promise resolves.
   *
   * @throws {StoreError} `unwritable`
   */
  write(text: string): Promise<void>;
  /**
   * Takes the lock, and writes and deletes another file beside it.
   *
   * @throws {StoreError} `unwritable`
   */
  checkWritable(): Promise<void>;
  /**
   * Deletes the file, if it exists.
   *
   * @throws {StoreError} `unwritable`
   */
  erase(): Promise<void>;
  /**
   * Runs `work` while holding the file's lock.
   *
   * @throws {StoreError} `locked` if another process holds the lock for over two minutes
   * @throws whatever `work` throws
   */
  locked<T>(work: () => Promise<T>): Promise<T>;
}

/** Opens a file of mode `0600`. Touches the disk only when a method is called. */
export function privateFile(path: string, lock: LockOptions): PrivateFile {
  return {
    path,
    async read() {
      try {
        const { mode } = await stat(path);
        if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
          throw new StoreError(
            'unusable',
            `${path} is readable by other users. Run "chmod 600" on it, or delete it and sign in again.`,
          );
        }
        return await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error instanceof StoreError ? error : unusable(path, error);
      }
    },
    write: (text) => named(path, () => writePrivateFile(path, text)),
    checkWritable: () => withLock(`${path}.lock`, () => named(path, () => tryPrivateFile(path)), lock),
    erase: () =>
      named(path, () =>
        unlink(path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
        }),
      ),
    locked: (work) => withLock(`${path}.lock`, work, lock),
  };
}

/** Runs `work`, whose errors are about the file. */
async function named(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw unwritable(path, error);
  }
}
