import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { shellWord } from '@latchkey/shared/shell-word.ts';
import { fileFault } from '../file-fault.ts';
import { createNewFile } from '../new-file.ts';
import { isPrivateMode } from './private-mode.ts';

export interface RingKey {
  /** Key id, stored in every row the key has sealed. */
  kid: string;
  /** 256-bit key. */
  key: Buffer;
}

/** The broker's sealing keys. The first one seals; all of them can open. */
export interface KeyRing {
  readonly current: RingKey;
  readonly all: readonly RingKey[];
  /** @throws {RingError} if the ring has no key with this id */
  get(kid: string): RingKey;
}

/** The key file cannot be used. The message gives the cause and the fix. */
export class RingError extends Error {
  override readonly name = 'RingError';
  readonly code = 'invalid_keys';
}

/** The key file can't be read. */
export class KeyFileError extends RingError {
  /** What is wrong, with the path. */
  readonly what: string;
  /** What to do about it. */
  readonly cure: string;

  constructor(what: string, cure: string, options?: ErrorOptions) {
    super(`${what}. ${cure}`, options);
    this.what = what;
    this.cure = cure;
  }
}

/** The key file is not there. A new one is right only for a database that no key has been used for yet. */
export class MissingRingError extends KeyFileError {
  constructor(path: string, options?: ErrorOptions) {
    super(`the key file ${path} does not exist`, restoreIt, options);
  }
}

const restoreIt = 'Put it back from your backup: the database can only be opened with its keys';
const restoreFile = "Restore the file from your backup. Don't create a new one: everyone would have to sign in again";

export function createRing(keys: readonly RingKey[]): KeyRing {
  const [current] = keys;
  if (!current) throw new RingError('the key file has no key');
  const byKid = new Map(keys.map((key) => [key.kid, key]));
  return {
    current,
    all: keys,
    get(kid) {
      const key = byKid.get(kid);
      if (!key)
        throw new RingError(
          `key "${kid}" is missing from the key file, but data in the database is encrypted with it. Restore the key`,
        );
      return key;
    },
  };
}

/**
 * Reads the key file. Each line holds one key, `kid base64url(32 bytes)`. Empty lines and `#` comments are skipped.
 *
 * @throws {RingError} if the file is unusable, or other users can read or write it ({@link isPrivateMode})
 * @throws {MissingRingError} if there is no file
 */
export function loadRing(path: string): KeyRing {
  const { text, stat } = readKeyFile(path);
  if (!isPrivateMode(stat, process.getuid?.())) {
    throw new KeyFileError(
      `the key file ${path} is accessible to other users (mode ${(stat.mode & 0o777).toString(8)})`,
      `Check who could have read it, then ${stat.uid === process.getuid?.() ? `run: chmod 600 ${shellWord(path)}` : "give it mode 0440 and the broker's group (in Kubernetes: defaultMode 0440 and fsGroup)"}. If somebody may have copied it, also run: latchkey compromised --keys`,
    );
  }
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line, index) => parseLine(line, index, path));
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length)
    throw new KeyFileError(`the key file ${path} has two keys with the same ID`, restoreFile);
  if (keys.length === 0) throw new KeyFileError(`the key file ${path} has no key`, restoreIt);
  return createRing(keys);
}

function readKeyFile(path: string): { text: string; stat: Stats } {
  try {
    const descriptor = openSync(path, 'r');
    try {
      return { text: readFileSync(descriptor, 'utf8'), stat: fstatSync(descriptor) };
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // A link whose target is gone is a file that has been there.
    if (code === 'ENOENT' && !lstatSync(path, { throwIfNoEntry: false })) throw new MissingRingError(path, { cause });
    throw new KeyFileError(`can't read the key file ${path} (${code})`, cureOf(code, path), { cause });
  }
}

function cureOf(code: string | undefined, path: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `Let the broker's user (ID ${process.getuid?.()}), and nobody else, read the file and open its folder`;
    case 'EISDIR':
      return `It is a folder, as container runtimes make where the file to mount is missing. Mount the file itself`;
    case 'ENOENT':
    case 'ENOTDIR':
      return `${path} leads nowhere. Check links and mounts`;
    default:
      return 'Check the disk and the mount. The file may be intact';
  }
}

function parseLine(line: string, index: number, path: string): RingKey {
  const [kid, encoded, ...rest] = line.split(/\s+/);
  const key = Buffer.from(encoded ?? '', 'base64url');
  if (!kid || !/^[\w.-]{1,64}$/.test(kid) || key.length !== 32 || rest.length > 0) {
    throw new KeyFileError(
      `key ${index + 1} in ${path} is not valid: each line must be a key ID, a space, and 32 bytes in base64url`,
      restoreFile,
    );
  }
  return { kid, key };
}

/** Generates a new key as a line of the key file. Its id contains the date. */
export function newRingLine(now: number): { kid: string; line: string } {
  const kid = `k${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(3).toString('hex')}`;
  return { kid, line: `${kid} ${randomBytes(32).toString('base64url')}\n` };
}

/** Creates a key file with one new key, readable only by its owner. Never overwrites an existing file. */
export function initRing(path: string, now: number): string {
  const { kid, line } = newRingLine(now);
  try {
    createNewFile(path, line, 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new RingError(`${path} already exists; nothing was changed`, { cause });
    }
    const { reason, cure } = fileFault(cause, path);
    throw new RingError(`can't write ${path}: ${reason}. ${cure}`, { cause });
  }
  return kid;
}
