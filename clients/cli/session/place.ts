import { type Io, UsageError } from '../io.ts';
import { type KeyringFaultCode, keyringFaults } from '../keyring/keyring.ts';

/** Where a person wants the secrets of a sign-in: `auto` is the keyring where there is one, and otherwise the file. */
export type StoreChoice = 'auto' | 'keyring' | 'file';

/** Where the secrets of a sign-in are. */
export type Place =
  /** In the file, as text. `fault` says why not encrypted; without it and with `auto`, nobody has tried yet. */
  | { store: 'file'; choice: 'auto' | 'file'; fault?: KeyringFaultCode | undefined }
  /** In the file, encrypted with a key that the system's keyring has under `id`. */
  | { store: 'keyring'; choice: 'auto' | 'keyring'; id: string; key: string };

const choices: ReadonlySet<string> = new Set<StoreChoice>(['auto', 'keyring', 'file']);

export const isStoreChoice = (text: unknown): text is StoreChoice => typeof text === 'string' && choices.has(text);

/**
 * What `--store` or `LATCHKEY_STORE` says.
 *
 * @returns `undefined` if neither says anything
 * @throws {UsageError} if it is none of the choices
 */
export function storeChoice({ env }: Pick<Io, 'env'>, option?: string): StoreChoice | undefined {
  const [name, text] = option === undefined ? ['LATCHKEY_STORE', env.LATCHKEY_STORE || undefined] : ['--store', option];
  if (text === undefined || isStoreChoice(text)) return text;
  throw new UsageError(`${name} must be auto, keyring or file`);
}

/** Says where the secrets are, for people. */
export function describePlace(place: Place): string {
  if (place.store === 'keyring') return "in the file, encrypted with a key in the system's keyring";
  if (place.choice === 'file') return 'in the file, not encrypted, because you chose that (--store file)';
  return place.fault === undefined
    ? "in the file, not encrypted. The next “latchkey login” uses the system's keyring, if there is one"
    : `in the file, not encrypted. The system's keyring can't be used: ${keyringFaults[place.fault]}`;
}
