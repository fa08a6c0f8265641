import { rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { errorSummary } from '../log.ts';
import { createNewFile } from '../new-file.ts';

/** A backup that can't be made, with cause and cure. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/**
 * Copies a SQLite store while brokers work on it: what the copy holds is of one moment. It is made for its owner alone,
 * and never over a file that is there.
 *
 * @param url `store` of the configuration
 * @returns how many pages were copied
 * @throws {BackupError}
 */
export async function backupStore(url: string, to: string): Promise<number> {
  const path = /^sqlite:(?!\/\/)(.+)$/.exec(url)?.[1];
  if (path === undefined) throw new BackupError('this command backs up SQLite only. For PostgreSQL, use pg_dump');
  const source = openSource(path);
  try {
    createNewFile(to, '', 0o600);
    return await copy(source, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new BackupError(`${to} already exists; nothing was changed. Name a new file`, { cause });
    }
    throw new BackupError(
      `can't write ${to} (${errorSummary(cause)}). Check that its folder exists and is writable, and that the disk has room`,
      { cause },
    );
  } finally {
    source.close();
  }
}

/** A copy that is not whole is deleted. */
async function copy(source: DatabaseSync, to: string): Promise<number> {
  try {
    return await backup(source, to);
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  }
}

function openSource(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  } catch (cause) {
    throw new BackupError(
      `can't read the database ${path}. Check "store" in the configuration, and who may read the file`,
      { cause },
    );
  }
}
