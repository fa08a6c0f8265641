import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

/**
 * The two names that the keys of a profile have in the keyring: one is that of its sign-in, the other is free for the next. They
 * are always the same, so whatever an interrupted sign-in leaves there is replaced or deleted by one that follows.
 *
 * They are those of one machine: where machines share the file, each has a keyring of its own. And they are those of one folder:
 * a sandbox may have the same keyring, and a home of its own at the same path. Its device says nothing: some file systems have
 * another one after each start.
 *
 * @param path of the profile's file, whose folder is there
 */
export async function keyIds(path: string): Promise<readonly [string, string]> {
  const { ino } = await stat(dirname(path), { bigint: true });
  const place = createHash('sha256')
    .update(JSON.stringify([hostname(), path, String(ino)]))
    .digest('base64url')
    .slice(0, 22);
  return [`${place}-1`, `${place}-2`];
}
