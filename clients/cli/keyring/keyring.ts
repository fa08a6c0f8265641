/** Why the system's keyring can't be used. A closed union: `latchkey status --json` shows it. */
export type KeyringFaultCode =
  /** The library isn't installed, or there is none for this system. */
  | 'no_library'
  /** The machine has no memory, process or file left for the keyring's process. */
  | 'no_process'
  /** The session has no keyring: a server, a container, CI, WSL. */
  | 'no_service'
  /** Under sudo, the keyring would be another user's than the sign-in. */
  | 'sudo'
  /** The keyring is locked, or its owner said no. */
  | 'refused'
  /** The keyring didn't answer in time. */
  | 'timed_out';

/** What follows “The keyring can't be used: ”. */
export const keyringFaults: Readonly<Record<KeyringFaultCode, string>> = {
  no_library: "its library isn't installed, or doesn't load on this system",
  no_process: 'no process can be started for it',
  no_service: 'this session has no keyring service',
  sudo: 'sudo runs this command as another user',
  refused: 'it is locked, or it refused',
  timed_out: "it didn't answer in time",
};

/** The keyring can't be used. `detail` is what the system said, for support, and has no secret. */
export class KeyringFault extends Error {
  override readonly name = 'KeyringFault';
  readonly code: KeyringFaultCode;
  readonly detail: string | undefined;

  constructor(code: KeyringFaultCode, detail?: string) {
    super(`The keyring can't be used: ${keyringFaults[code]}${detail ? ` (${detail})` : ''}`);
    this.code = code;
    this.detail = detail;
  }
}

/**
 * The system's keyring: Keychain on macOS, Credential Manager on Windows, a Secret Service such as GNOME's or KDE's on
 * others. It has one entry for each sign-in, a random key, under that key's ID.
 *
 * All methods throw a {@link KeyringFault} if the keyring can't be used, or the signal's reason if it aborts.
 */
export interface Keyring {
  /** @returns `undefined` if the keyring works and has no such entry */
  get(id: string): Promise<string | undefined>;
  /** Stores an entry, and reads it again: it is there when the promise resolves. */
  put(id: string, key: string): Promise<void>;
  /** Deletes an entry, if it is there. */
  remove(id: string): Promise<void>;
}
