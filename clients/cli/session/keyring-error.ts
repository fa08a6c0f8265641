import { type KeyringFault, type KeyringFaultCode, keyringFaults } from '../keyring/keyring.ts';

/** Stable: scripts see it as `error`. */
export type KeyringErrorCode =
  /** The key of the sign-in is in the keyring, which can't be used now. */
  | 'keyring_unavailable'
  /** The keyring works, and no longer has the key: the sign-in can't be read, ever. */
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

const said = ({ code, detail }: KeyringFault): string => `${keyringFaults[code]}${detail ? ` (${detail})` : ''}`;

const cures: Readonly<Record<KeyringFaultCode, string>> = {
  no_library: 'Install latchkey again, with its optional dependencies',
  no_process: "Close other programs, or raise this session's limits (ulimit -a), and try again",
  no_service: 'Run this where your keyring is, such as in your desktop session',
  sudo: 'Run this without sudo',
  refused: 'Unlock it and try again',
  timed_out: 'Unlock it and try again',
};

/** The sign-in is there, and its key out of reach. */
export const keyOutOfReach = (path: string, cause: KeyringFault): KeyringError =>
  new KeyringError(
    'keyring_unavailable',
    `the key of ${path} is in the system's keyring, which can't be used: ${said(cause)}. ${cures[cause.code]}, or sign in without it: latchkey login --store file`,
    { cause },
  );

/** The sign-in is there, and its key is gone. */
export const keyGone = (path: string): KeyringError =>
  new KeyringError(
    'keyring_key_missing',
    `the system's keyring no longer has the key of ${path}, so nobody can read this sign-in. Run: latchkey login`,
  );

/** The user wants the keyring and nothing else. */
export const noKeyring = (cause: KeyringFault): KeyringError =>
  new KeyringError(
    'keyring_unavailable',
    `the system's keyring can't be used: ${said(cause)}. ${cures[cause.code]}, or do without it: --store file`,
    { cause },
  );
