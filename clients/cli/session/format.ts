import { type Credentials, parseCredentials } from '../../device/store/credentials.ts';
import { type KeyringFaultCode, keyringFaults } from '../keyring/keyring.ts';
import { seal, unseal } from '../keyring/seal.ts';
import type { Place, StoreChoice } from './place.ts';

/** What can be read of a sign-in without its key: no secret, and what another `latchkey login` takes as its defaults. */
export type SignIn = Head & { isEncrypted: boolean };

type Head = Pick<Credentials, 'issuer' | 'client_id' | 'scope' | 'resource'> & { store: StoreChoice };

/** The members that version 1 has beside its credentials. A command from before there were keyrings ignores them. */
interface PlainFile extends Credentials {
  store?: 'auto' | 'file';
  no_keyring?: KeyringFaultCode;
}

/** Version 2: the tokens are encrypted. */
interface SealedFile extends Head {
  version: 2;
  store: 'auto' | 'keyring';
  key_id: string;
  /** See {@link seal}. */
  sealed: string;
}

/** A file as it was read. */
export type Stored =
  | { sealed: false; signIn: SignIn; credentials: Credentials; place: Place & { store: 'file' } }
  | { sealed: true; signIn: SignIn; keyId: string; open(key: string): Credentials | undefined };

/** @returns the text of a profile's file */
export function formatFile(credentials: Credentials, place: Place): string {
  const { version: _, issuer, client_id, scope, resource, tokens } = credentials;
  const signIn = { issuer, client_id, scope, resource };
  if (place.store === 'file') {
    const { choice: store, fault: no_keyring } = place;
    const isDecided = store === 'file' || no_keyring !== undefined;
    return print({ version: 1, ...signIn, ...(isDecided && { store, no_keyring }), tokens });
  }
  const head = { version: 2 as const, ...signIn, store: place.choice, key_id: place.id };
  return print({ ...head, sealed: seal(place.key, JSON.stringify(tokens), boundTo(head)) } satisfies SealedFile);
}

const print = (file: object): string => `${JSON.stringify(file, undefined, 2)}\n`;

/**
 * What the tokens are bound to. Whoever can write the file, and not read the keyring, can't send the refresh token to
 * another broker.
 */
const boundTo = ({ issuer, client_id, scope, resource, store, key_id }: Omit<SealedFile, 'sealed'>): string =>
  JSON.stringify([2, issuer, client_id, scope ?? null, resource ?? null, store, key_id]);

/** @returns `undefined` if the text is no file of this command */
export function parseFile(text: string): Stored | undefined {
  const credentials = parseCredentials(text);
  if (credentials) return plainFile(credentials);
  const file = sealedFile(text);
  if (!file) return undefined;
  const { issuer, client_id, scope, resource, store, key_id, sealed } = file;
  return {
    sealed: true,
    signIn: { issuer, client_id, scope, resource, store, isEncrypted: true },
    keyId: key_id,
    open(key) {
      const tokens = unseal(key, sealed, boundTo(file));
      if (tokens === undefined) return undefined;
      return parseCredentials(
        JSON.stringify({ version: 1, issuer, client_id, scope, resource, tokens: JSON.parse(tokens) }),
      );
    },
  };
}

function plainFile(file: PlainFile): Stored {
  const { version, issuer, client_id, scope, resource, tokens } = file;
  const choice = file.store === 'file' ? 'file' : 'auto';
  const fault = Object.hasOwn(keyringFaults, String(file.no_keyring)) ? file.no_keyring : undefined;
  return {
    sealed: false,
    signIn: { issuer, client_id, scope, resource, store: choice, isEncrypted: false },
    credentials: { version, issuer, client_id, scope, resource, tokens },
    place: { store: 'file', choice, fault },
  };
}

function sealedFile(text: string): SealedFile | undefined {
  try {
    const file = Object(JSON.parse(text)) as Partial<SealedFile>;
    const { version, issuer, client_id, scope, resource, store, key_id, sealed } = file;
    const texts = [issuer, client_id, key_id, sealed, scope ?? '', resource ?? ''];
    // Not `file`: nothing vouches for this member before the key is there, and the next sign-in would be plain.
    const isChoice = store === 'auto' || store === 'keyring';
    const isSealed = version === 2 && isChoice && texts.every((value) => typeof value === 'string');
    return isSealed ? (file as SealedFile) : undefined;
  } catch {
    return undefined;
  }
}
