import { readFile, stat, unlink } from 'node:fs/promises';
import type { Tokens } from '../tokens.ts';
import { type LockOptions, withLock } from './file-lock.ts';
import { StoreError } from './store-error.ts';
import { writePrivateFile } from './write-file.ts';

/** What one profile's file holds. */
export interface Credentials {
  version: 1;
  issuer: string;
  client_id: string;
  /** As asked for at the sign-in. */
  scope?: string | undefined;
  resource?: string | undefined;
  tokens: Pick<Tokens, 'access_token' | 'token_type' | 'expires_at' | 'scope' | 'refresh_token'>;
}

export interface CredentialFile {
  readonly path: string;
  /** @throws {StoreError} `unusable` */
  read(): Promise<Credentials | undefined>;
  write(credentials: Credentials): Promise<void>;
  erase(): Promise<void>;
  /** Keeps other processes away from this profile meanwhile. */
  locked<T>(work: () => Promise<T>): Promise<T>;
}

/** The credentials of one profile: one file, `0600`, replaced as a whole. */
export function credentialFile(path: string, lock: LockOptions): CredentialFile {
  return {
    path,
    async read() {
      let text: string;
      try {
        const { mode } = await stat(path);
        if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
          throw new StoreError(
            'unusable',
            `${path} is readable by other users. Run "chmod 600" on it, or delete it and sign in again.`,
          );
        }
        text = await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      const credentials = parse(text);
      if (credentials) return credentials;
      throw new StoreError('unusable', `${path} isn't a valid Latchkey credentials file. Delete it and sign in again.`);
    },
    write: (credentials) => writePrivateFile(path, `${JSON.stringify(credentials, undefined, 2)}\n`),
    erase: () =>
      unlink(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      }),
    locked: (work) => withLock(`${path}.lock`, work, lock),
  };
}

function parse(text: string): Credentials | undefined {
  try {
    const { version, issuer, client_id, tokens } = JSON.parse(text) as Partial<Credentials>;
    const texts = [issuer, client_id, tokens?.access_token];
    if (version !== 1 || texts.some((value) => typeof value !== 'string')) return undefined;
    return typeof tokens?.expires_at === 'number' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
