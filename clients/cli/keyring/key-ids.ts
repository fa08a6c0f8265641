import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * The two names that the keys of a profile have in the keyring: one is that of its sign-in, the other is free for the next. They
 * are always the same, so whatever an interrupted sign-in leaves there is replaced or deleted by one that follows.
 *
 * They are those of one machine: where machines share the file, each has a keyring of its own.
 *
 * @param path of the profile's file
 */
export function keyIds(path: string): readonly [string, string] {
  const place = createHash('sha256')
    .update(JSON.stringify([hostname(), path]))
    .digest('base64url')
    .slice(0, 22);
  return [`${place}-1`, `${place}-2`];
}
