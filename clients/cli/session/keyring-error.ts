import { plainText } from '../../device/plain-text.ts';
import { StoreError } from '../../device/store/store-error.ts';
import { KeyringFault, type KeyringFaultCode, keyringFaults } from '../keyring/keyring.ts';

/** Stable: scripts see it as `error`. */
export type KeyringErrorCode =
  /** The key of the sign-in is in the keyring, which can't be used now. */
  | 'keyring_unavailable'
  /** The keyring works, and doesn't have the key: the sign-in can't be read on this machine. */
  | 'keyring_key_missing';

/** The secrets of a sign-in can't be read, or not be stored where the user wants them. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError';
  readonly code: KeyringErrorCode;

  constructor(code: KeyringErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What the keyring said. */
const said = ({ code, detail }: KeyringFault): string => `${keyringFaults[code]}${detail ? ` (${detail})` : ''}`;

const cures: Readonly<Record<KeyringFaultCode, string>> = {
  no_library: 'Install latchkey again, with its optional dependencies',
  no_process: "Close other programs, or raise this session's limits (ulimit -a), and try again",
  no_service: 'Run this where your keyring is, such as in your desktop session',
  sudo: 'Run this without sudo',
  refused: 'Unlock it and try again',
  timed_out: 'Unlock it and try again',
};

/** Of a `SessionFile`. */
interface Named {
  path: string;
  login: string;
}

/** The sign-in is there, and its key out of reach. */
export const keyOutOfReach = ({ path, login }: Named, cause: KeyringFault): KeyringError =>
  new KeyringError(
    'keyring_unavailable',
    `the key of ${path} is in the system's keyring, which can't be used: ${said(cause)}. ${cures[cause.code]}, or sign in without it: ${login} --store file --issuer URL`,
    { cause },
  );

/** The sign-in is there, and its key is gone, or was never here. */
export const keyGone = ({ path, login }: Named): KeyringError =>
  new KeyringError(
    'keyring_key_missing',
    `the system's keyring no longer has the key of ${path}, or another machine has it. Run: ${login} --issuer URL. If machines share this folder, add --store file, or give each a folder of its own with LATCHKEY_HOME`,
  );

/**
 * The new sign-in must not be plain.
 *
 * @param path of a sign-in that is encrypted. `undefined` if the user wants the keyring and nothing else
 */
export const noKeyring = (cause: KeyringFault, path: string | undefined): KeyringError =>
  new KeyringError(
    'keyring_unavailable',
    `${path === undefined ? `the system's keyring can't be used: ${said(cause)}` : `the sign-in in ${path} is encrypted, but a new one would not be, because the system's keyring can't be used (${said(cause)})`}. ${cures[cause.code]}, or do without it: --store file`,
    { cause },
  );

/** Why a sign-in can't be read. Begins in lower case, and has no period. */
export function whyUnread(error: KeyringError | StoreError): string {
  if (error instanceof StoreError) return 'its file is damaged, or something has changed it';
  return error.cause instanceof KeyringFault
    ? `the system's keyring can't be used: ${said(error.cause)}`
    : "the system's keyring doesn't have its key";
}

/**
 * The sign-in before can't be read, so the broker that the file names may be somebody else's.
 *
 * @param issuer that broker. It is shown unless the file has certainly been changed
 */
export function unvouched(error: KeyringError | StoreError, issuer: string): KeyringError | StoreError {
  const text = `can't confirm which broker you signed in to last time: ${whyUnread(error)}. Add --issuer URL, or set LATCHKEY_ISSUER`;
  if (error instanceof StoreError) return new StoreError(error.code, text, { cause: error });
  const shown = `The file says ${plainText(issuer, 2_048)}: check that this is your broker`;
  return new KeyringError(error.code, `${text}. ${shown}`, { cause: error });
}
