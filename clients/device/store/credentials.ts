import type { Tokens } from '../tokens.ts';
import type { LockOptions } from './file-lock.ts';
import { privateFile } from './private-file.ts';
import { StoreError } from './store-error.ts';

/** The content of a profile's credentials file. */
export interface Credentials {
  version: 1;
  issuer: string;
  client_id: string;
  /** As requested at the sign-in. */
  scope?: string | undefined;
  resource?: string | undefined;
  tokens: Pick<Tokens, 'access_token' | 'token_type' | 'expires_at' | 'scope' | 'refresh_token'>;
}

/** A profile's credentials file. */
export interface CredentialFile {
  readonly path: string;
  /**
   * Reads the credentials.
   *
   * @returns `undefined` if there is no file
   * @throws {StoreError} `unusable` if other users can read the file, or its content is invalid
   */
  read(): Promise<Credentials | undefined>;
  /** Replaces the file atomically, readable only by its owner. */
  write(credentials: Credentials): Promise<void>;
  /**
   * Checks that the file can be written: takes the lock, and writes and deletes another file beside it.
   *
   * @throws {StoreError} `unwritable`
   */
  checkWritable(): Promise<void>;
  /** Deletes the file, if it exists. */
  erase(): Promise<void>;
  /**
   * Runs `work` while holding the profile's lock, so that no two processes refresh at once.
   *
   * @throws {StoreError} `locked` if another process holds the lock for over two minutes
   * @throws whatever `work` throws
   */
  locked<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Opens a profile's credentials file: mode `0600`, replaced atomically. Touches the disk only when a method is called.
 *
 * @param path from {@link profilePath}
 * @param lock clock, sleep function and signal for waiting on the lock
 * @example
 * const path = profilePath({ profile: 'work' }, process.env);
 * if (path === undefined) throw new Error('invalid profile name');
 * const file = credentialFile(path, { now: Date.now, sleep: (ms) => setTimeout(ms) }); // from node:timers/promises
 * const renewed = await file.locked(async () => {
 *   const stored = await file.read();
 *   const tokens = await refresh({ issuer, clientId, refreshToken: stored.tokens.refresh_token });
 *   await file.write({ ...stored, tokens });
 *   return tokens;
 * });
 */
export function credentialFile(path: string, lock: LockOptions): CredentialFile {
  const file = privateFile(path, lock);
  return {
    ...file,
    async read() {
      const text = await file.read();
      if (text === undefined) return undefined;
      const credentials = parseCredentials(text);
      if (credentials) return credentials;
      throw noCredentials(path);
    },
    write: (credentials) => file.write(`${JSON.stringify(credentials, undefined, 2)}\n`),
  };
}

/** The file is something else. */
export const noCredentials = (path: string): StoreError =>
  new StoreError('unusable', `${path} isn't a valid Latchkey credentials file. Delete it and sign in again.`);

/** @returns `undefined` if the text is no credentials. Members that this version doesn't know are kept */
export function parseCredentials(text: string): Credentials | undefined {
  try {
    const { version, issuer, client_id, tokens } = JSON.parse(text) as Partial<Credentials>;
    const texts = [issuer, client_id, tokens?.access_token];
    if (version !== 1 || texts.some((value) => typeof value !== 'string')) return undefined;
    return typeof tokens?.expires_at === 'number' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
