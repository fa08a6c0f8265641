import { DeviceError } from '../device/device-error.ts';
import { plainText } from '../device/plain-text.ts';
import { revoke } from '../device/revoke.ts';
import type { Credentials } from '../device/store/credentials.ts';
import { whereToEnd } from './end-session.ts';
import type { Io } from './io.ts';
import type { SignIn } from './session/format.ts';
import { KeyringError, unvouched, whyUnread } from './session/keyring-error.ts';
import { type Kept, type Session, Unread } from './session/session-file.ts';

/**
 * The broker of the sign-in before. Whoever can change an encrypted file, and not read the keyring, must not choose where the
 * next sign-in goes: their broker could show the code of a sign-in of their own.
 *
 * @throws {KeyringError | StoreError} if nothing vouches for it
 */
export function brokerBefore(
  { issuer }: SignIn,
  session: Session | Unread | undefined,
  json: boolean,
  { err }: Pick<Io, 'err'>,
): string {
  if (session instanceof Unread) throw unvouched(session.error, issuer);
  const confirmed = session?.credentials.issuer ?? issuer;
  if (!json) err(`Signing in to ${plainText(confirmed, 2_048)}, as before.\n`);
  return confirmed;
}

/** Revokes the sign-in that the new one has replaced, and tells what is left of it. */
export async function endPredecessor({ replaced, keyStays }: Kept, issuer: string | undefined, io: Io): Promise<void> {
  const left = (why: string, where: string | undefined) =>
    io.err(
      `Warning: the session before goes on at the broker until it expires. ${why} To end it, ${whereToEnd(where)}.\n`,
    );
  if (replaced instanceof Unread) {
    const isChanged = !(replaced.error instanceof KeyringError);
    left(`It could not be told: ${whyUnread(replaced.error)}.`, isChanged ? undefined : issuer);
  } else if (replaced) await revokeOr(replaced.credentials, left, io);
  if (keyStays)
    io.err(
      `Warning: the key of the sign-in before stays in the system's keyring, and opens nothing any more. ${keyStays.message}. The next sign-in with the keyring deletes it.\n`,
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
    left(error instanceof DeviceError ? error.message : 'It was not told.', issuer);
  }
}
