import type { KeyringFaultCode } from './keyring.ts';

/** What the command asks of the process that talks to the keyring. */
export type KeyringRequest =
  | { do: 'get'; id: string }
  | { do: 'put'; id: string; key: string }
  | { do: 'remove'; id: string };

/** `key` only after `get`, and absent if there is no such entry. */
export type KeyringAnswer =
  | { ok: true; key?: string | undefined }
  | { ok: false; code: KeyringFaultCode; detail: string };
