import { type Credentials, noCredentials } from '../../device/store/credentials.ts';
import type { PrivateFile } from '../../device/store/private-file.ts';
import { StoreError } from '../../device/store/store-error.ts';
import { keyIds } from '../keyring/key-ids.ts';
import { type Keyring, KeyringFault } from '../keyring/keyring.ts';
import { isSealKey, newSealKey } from '../keyring/seal.ts';
import { formatFile, parseFile, type SignIn, type Stored } from './format.ts';
import { KeyringError, keyGone, keyOutOfReach, noKeyring } from './keyring-error.ts';
import type { Place, StoreChoice } from './place.ts';

/** A sign-in with its secrets, and where they are. */
export interface Session {
  credentials: Credentials;
  place: Place;
}

/** A sign-in that can't be read, and why. */
export class Unread {
  readonly error: StoreError | KeyringError;
  constructor(error: StoreError | KeyringError) {
    this.error = error;
  }
}

/** What a new sign-in has replaced. */
export interface Kept {
  replaced: Session | Unread | undefined;
  /** Why a key of the sign-in before is still in the keyring. It opens nothing any more. */
  keyStays: KeyringFault | undefined;
}

/**
 * A profile's sign-in: a file that only its owner can read, encrypted if the system's keyring can have the key.
 *
 * A refresh writes only the file, as a whole: the key stays the same from one sign-in to the next. So a crash in a rotation
 * loses as little as it does without a keyring.
 */
export interface SessionFile extends Pick<PrivateFile, 'path' | 'checkWritable' | 'locked'> {
  /** The command that signs in to this profile, for people to copy. */
  readonly login: string;
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
  /** Reads all of it, and returns why that is not possible instead of throwing it. */
  tryRead(): Promise<Session | Unread | undefined>;
  /**
   * Chooses the place of a new sign-in. With the keyring, it makes a new key there: `abandon` it if there is no sign-in.
   *
   * @throws {KeyringError} `keyring_unavailable`, if the choice is `keyring`, or the sign-in before is encrypted and the choice
   *   is `auto`: nothing becomes plain that its person has not chosen to be
   * @throws {StoreError} `unusable`, if nobody can tell which key the sign-in before needs
   */
  place(choice: StoreChoice): Promise<Place>;
  /**
   * Deletes the key of a place that has got no sign-in. The next sign-in replaces what it leaves.
   *
   * @throws if the keyring can't be used, or nobody can tell whether another sign-in needs the key
   */
  abandon(place: Place): Promise<void>;
  /**
   * Keeps a new sign-in, and deletes the keys of those before.
   *
   * @throws {StoreError} `unwritable`
   * @throws {KeyringError} `keyring_unavailable`, if nobody can tell whether the key is still there
   */
  keep(credentials: Credentials, place: Place): Promise<Kept>;
  /** Replaces the file of the same sign-in, with the lock. @throws {StoreError} `unwritable` */
  write(credentials: Credentials, place: Place): Promise<void>;
  /** Deletes the file, and then its keys. @throws {StoreError} `unwritable` */
  erase(): Promise<void>;
}

/**
 * Opens a profile's sign-in. Does nothing until a method is called.
 *
 * @param login the command that signs in to this profile
 */
export function sessionFile(file: PrivateFile, keyring: Keyring, login: string): SessionFile {
  /** Keys that have opened the file, so that the keyring is asked once. */
  const known = new Map<string, string>();

  function parse(text: string | undefined): Stored | undefined {
    if (text === undefined) return undefined;
    const found = parseFile(text);
    if (found) return found;
    throw noCredentials(file.path);
  }

  /**
   * The ID of the key that the file is encrypted with.
   *
   * @throws {StoreError} `unusable` if the file can't be read: it may have one
   */
  async function usedId(): Promise<string | undefined> {
    const text = await file.read().catch(noneWithoutFolder);
    const found = text === undefined ? undefined : parseFile(text);
    return found?.sealed ? found.keyId : undefined;
  }

  /** The same, for what goes on even if the file can't be read. */
  const usedIdIfKnown = () => usedId().catch(() => undefined);

  async function keyOf(id: string): Promise<string | undefined> {
    const key = await orFault(keyring.get(id));
    if (key instanceof KeyringFault) throw keyOutOfReach({ path: file.path, login }, key);
    return key !== undefined && isSealKey(key) ? key : undefined;
  }

  async function read(): Promise<Session | undefined> {
    let failed: string | undefined;
    for (;;) {
      const text = await file.read();
      const found = parse(text);
      if (!found?.sealed) return found;
      const { keyId: id } = found;
      const cached = known.get(id);
      const key = cached ?? (await keyOf(id));
      const credentials = key && found.open(key);
      if (key && credentials) {
        known.set(id, key);
        const choice = found.signIn.store === 'keyring' ? 'keyring' : 'auto';
        return { credentials, place: { store: 'keyring', choice, id, key } };
      }
      known.delete(id);
      // Another shell may have signed in meanwhile, with another key.
      if (cached === undefined && text === failed)
        throw (key === undefined ? keyGone : altered)({ path: file.path, login });
      failed = text;
    }
  }

  const tryRead = () =>
    read().catch((error: unknown) => {
      if (error instanceof StoreError || error instanceof KeyringError) return new Unread(error);
      throw error;
    });

  async function place(choice: StoreChoice): Promise<Place> {
    if (choice === 'file') return { store: 'file', choice };
    const used = await usedId();
    const made = { store: 'keyring' as const, choice, id: await freeId(used), key: newSealKey() };
    const fault = await orFault(keyring.put(made.id, made.key));
    if (!(fault instanceof KeyringFault)) return made;
    if (choice === 'keyring') throw noKeyring(fault, undefined);
    if (used !== undefined) throw noKeyring(fault, file.path);
    return { store: 'file', choice, fault: fault.code };
  }

  async function freeId(used: string | undefined): Promise<string> {
    const [one, two] = await keyIds(file.path);
    return one === used ? two : one;
  }

  /** Other sign-ins that began at the same time may have used the key's name, or abandoned it. */
  async function settled(to: Place & { store: 'keyring' }, used: string | undefined): Promise<Place> {
    const id = to.id === used ? await freeId(used) : to.id;
    const there = id === to.id ? await orFault(keyring.get(id)) : undefined;
    if (there === to.key) return to;
    const fault = there instanceof KeyringFault ? there : await orFault(keyring.put(id, to.key));
    if (fault instanceof KeyringFault) throw noKeyring(fault, undefined);
    return { ...to, id };
  }

  /** Deletes the keys that no file uses any more. */
  async function removeKeys(old: string | undefined, but?: string): Promise<KeyringFault | undefined> {
    const ids = await keyIds(file.path);
    for (const id of new Set(old === undefined ? ids : [old, ...ids])) {
      const fault = id === but ? undefined : await orFault(keyring.remove(id));
      if (fault instanceof KeyringFault) return fault;
    }
    return undefined;
  }

  const write = (credentials: Credentials, to: Place) => file.write(formatFile(credentials, to));

  return {
    path: file.path,
    login,
    checkWritable: file.checkWritable,
    locked: file.locked,
    signIn: async () => parse(await file.read())?.signIn,
    read,
    tryRead,
    // With the lock: no other sign-in may take the name between the look at the file and the new key.
    place: (choice) => file.locked(() => place(choice)),
    async abandon(at) {
      if (at.store !== 'keyring') return;
      const drop = async () => {
        // Another sign-in may have come to use it.
        if ((await usedId()) !== at.id) await keyring.remove(at.id);
      };
      await file.locked(drop).catch((error: unknown) => {
        // Who can't have the lock because another one has it must not take that one's key.
        if (error instanceof StoreError && error.code === 'unwritable') return drop();
        throw error;
      });
    },
    keep: (credentials, to) =>
      file.locked(async () => {
        const replaced = await tryRead();
        const used = await usedIdIfKnown();
        const at = to.store === 'keyring' ? await settled(to, used) : to;
        await write(credentials, at);
        const usesKeyring = at.store === 'keyring' || used !== undefined;
        const fault = usesKeyring ? await removeKeys(used, at.store === 'keyring' ? at.id : undefined) : undefined;
        return { replaced, keyStays: used === undefined ? undefined : fault };
      }),
    write,
    async erase() {
      const used = await usedIdIfKnown();
      await file.erase();
      if (used !== undefined) await removeKeys(used);
    },
  };
}

/** Returns a fault of the keyring instead of throwing it. */
const orFault = <T>(asked: Promise<T>): Promise<T | KeyringFault> =>
  asked.catch((error: unknown) => {
    if (error instanceof KeyringFault) return error;
    throw error;
  });

/** Where the folder is a file, or under one, there is no sign-in. */
function noneWithoutFolder(error: unknown): undefined {
  const { cause } = error as StoreError;
  if ((cause as NodeJS.ErrnoException | undefined)?.code !== 'ENOTDIR') throw error;
}

const altered = ({ path, login }: Pick<SessionFile, 'path' | 'login'>): StoreError =>
  new StoreError('unusable', `${path} is damaged, or something has changed it. Sign in again: ${login} --issuer URL`);
