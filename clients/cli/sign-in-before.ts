import { DeviceError } from '../device/device-error.ts';
import { plainText } from '../device/plain-text.ts';
import { revoke } from '../device/revoke.ts';
import type { Credentials } from '../device/store/credentials.ts';
import { StoreError } from '../device/store/store-error.ts';
import { whereToEnd } from './end-session.ts';
import type { Io } from './io.ts';
import type { SignIn } from './session/format.ts';
import { unvouched, whyUnread } from './session/keyring-error.ts';
import { type Kept, type Session, Unread } from './session/session-file.ts';

/**
 * The broker of the sign-in before. Whoever can change an encrypted file, and not read the keyring, must not choose where the
 * next sign-in goes: their broker could show the code of a sign-in of their own.
 *
 * @throws {KeyringError | StoreError} if nothing vouches for it
 */
export function brokerBefore(
  { issuer }: SignIn,
  session: Session | Unread,
  json: boolean,
  { err }: Pick<Io, 'err'>,
): string {
  if (session instanceof Unread) throw unvouched(session.error, issuer);
  const confirmed = session.credentials.issuer;
  if (!json) err(`Signing in to ${plainText(confirmed, 2_048)}, as before.\n`);
  return confirmed;
}

/**
 * What the next sign-in takes from the one before. Without its key, that is what the file says: the broker shows it to the person,
 * who has named that broker.
 *
 * @returns `undefined` if there is none, or if its file was changed
 */
export function defaultsFrom(before: SignIn, session: Session | Unread | undefined): Defaults | undefined {
  if (!(session instanceof Unread)) return session?.credentials;
  return session.error instanceof StoreError ? undefined : before;
}

type Defaults = Pick<Credentials, 'issuer' | 'client_id' | 'scope' | 'resource'>;

/** Revokes the sign-in that the new one has replaced, and tells what is left of it. */
export async function endPredecessor({ replaced, keyStays }: Kept, io: Io): Promise<void> {
  const left = (why: string, where: string | undefined) =>
    io.err(
      `Warning: your previous session stays active at the broker until it expires, because it couldn't be ended: ${why} To end it now, ${whereToEnd(where)}.\n`,
    );
  if (replaced instanceof Unread) left(`${whyUnread(replaced.error)}.`, undefined);
  else if (replaced) await revokeOr(replaced.credentials, left, io);
  if (keyStays)
    io.err(
      `Warning: the previous sign-in's key is still in the system's keyring. It no longer decrypts anything. ${keyStays.message}. The next sign-in with the keyring deletes it.\n`,
    );
}

async function revokeOr(
  { issuer, client_id: clientId, tokens }: Credentials,
  left: (why: string, issuer: string) => void,
  { fetch, signal }: Io,
): Promise<void> {
  const { refresh_token: refreshToken } = tokens;
  if (!refreshToken) return;
  try {
    await revoke({ issuer, clientId, refreshToken, fetch, signal });
  } catch (error) {
    left(error instanceof DeviceError ? error.message : 'the broker was not told.', issuer);
  }
}
