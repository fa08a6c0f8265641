import { type Credentials, noCredentials } from '../../device/store/credentials.ts';
import type { PrivateFile } from '../../device/store/private-file.ts';
import { StoreError } from '../../device/store/store-error.ts';
import { type Keyring, KeyringFault } from '../keyring/keyring.ts';
import { isSealKey, newKeyId, newSealKey } from '../keyring/seal.ts';
import { formatFile, parseFile, type SignIn, type Stored } from './format.ts';
import { keyGone, keyOutOfReach, noKeyring } from './keyring-error.ts';
import type { Place, StoreChoice } from './place.ts';

/** A sign-in with its secrets, and where they are. */
export interface Session {
  credentials: Credentials;
  place: Place;
}

/**
 * A profile's sign-in: a file that only its owner can read, encrypted if the system's keyring can have the key.
 *
 * A refresh writes only the file, as a whole: the key stays the same from one sign-in to the next. So a crash in a rotation
 * loses as little as it does without a keyring.
 */
export interface SessionFile extends Pick<PrivateFile, 'path' | 'checkWritable' | 'locked'> {
  /**
   * Reads what needs no key, and asks the keyring nothing.
   *
   * @returns `undefined` if nobody is signed in
   * @throws {StoreError} `unusable`
   */
  signIn(): Promise<SignIn | undefined>;
  /**
   * Reads all of it.
   *
   * @returns `undefined` if nobody is signed in
   * @throws {StoreError} `unusable`
   * @throws {KeyringError} `keyring_unavailable` or `keyring_key_missing`
   */
  read(): Promise<Session | undefined>;
  /**
   * Chooses the place of a new sign-in. With the keyring, it makes a new key there: `release` it if there is no sign-in.
   *
   * @throws {KeyringError} `keyring_unavailable`, only if the choice is `keyring`
   */
  place(choice: StoreChoice): Promise<Place>;
  /** Replaces the file. @throws {StoreError} `unwritable` */
  write(credentials: Credentials, place: Place): Promise<void>;
  /** Deletes the key of a place that no file uses any more. If the keyring can't be used, the key stays, and is good for nothing. */
  release(place: Place): Promise<void>;
  /** Deletes the file, and then its key. @throws {StoreError} `unwritable` */
  erase(): Promise<void>;
}

/** Opens a profile's sign-in. Does nothing until a method is called. */
export function sessionFile(file: PrivateFile, keyring: Keyring): SessionFile {
  /** A key never changes, so the keyring is asked once. */
  const known = new Map<string, string>();

  async function stored(): Promise<Stored | undefined> {
    const text = await file.read();
    if (text === undefined) return undefined;
    const found = parseFile(text);
    if (found) return found;
    throw noCredentials(file.path);
  }

  async function keyOf(id: string): Promise<string | undefined> {
    const key = known.get(id) ?? (await orFault(keyring.get(id)));
    if (key instanceof KeyringFault) throw keyOutOfReach(file.path, key);
    if (key === undefined || !isSealKey(key)) return undefined;
    known.set(id, key);
    return key;
  }

  async function place(choice: StoreChoice): Promise<Place> {
    if (choice === 'file') return { store: 'file', choice };
    const made = { store: 'keyring' as const, choice, id: newKeyId(), key: newSealKey() };
    const fault = await orFault(keyring.put(made.id, made.key));
    if (!(fault instanceof KeyringFault)) return made;
    if (choice === 'keyring') throw noKeyring(fault);
    return { store: 'file', choice, fault: fault.code };
  }

  const write = (credentials: Credentials, to: Place) => file.write(formatFile(credentials, to));
  const release = async (id: string) => void (await orFault(keyring.remove(id)));

  return {
    path: file.path,
    checkWritable: file.checkWritable,
    locked: file.locked,
    signIn: async () => (await stored())?.signIn,
    async read() {
      let missing: string | undefined;
      for (;;) {
        const found = await stored();
        if (!found?.sealed) return found;
        const key = await keyOf(found.keyId);
        if (key === undefined) {
          // Another shell may have signed in meanwhile, and taken the old key with it.
          if (missing === found.keyId) throw keyGone(file.path);
          missing = found.keyId;
          continue;
        }
        const credentials = found.open(key);
        if (!credentials) throw altered(file.path);
        const choice = found.signIn.store === 'keyring' ? 'keyring' : 'auto';
        return { credentials, place: { store: 'keyring', choice, id: found.keyId, key } };
      }
    },
    place,
    write,
    async release(at) {
      if (at.store === 'keyring') await release(at.id);
    },
    async erase() {
      const found = await stored().catch(() => undefined);
      await file.erase();
      if (found?.sealed) await release(found.keyId);
    },
  };
}

/** Returns a fault of the keyring instead of throwing it. */
const orFault = <T>(asked: Promise<T>): Promise<T | KeyringFault> =>
  asked.catch((error: unknown) => {
    if (error instanceof KeyringFault) return error;
    throw error;
  });

const altered = (path: string): StoreError =>
  new StoreError('unusable', `${path} is damaged, or something has changed it. Sign in again: latchkey login`);
