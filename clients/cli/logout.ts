import { parseArgs } from 'node:util';
import { DeviceError } from '../device/device-error.ts';
import { revoke } from '../device/revoke.ts';
import type { Credentials } from '../device/store/credentials.ts';
import { StoreError } from '../device/store/store-error.ts';
import { whereToEnd } from './end-session.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { KeyringFault } from './keyring/keyring.ts';
import { commonOptions, openProfile } from './options.ts';
import { KeyringError } from './session/keyring-error.ts';
import { Unread } from './session/session-file.ts';

export const help = `Usage: latchkey logout [--profile P] [--json]

Sign out: revoke the sign-in at the broker and delete it from this computer.

  -p, --profile P  profile to sign out (env: LATCHKEY_PROFILE, default: default)
  --file F         credentials file to use instead of a profile
`;

/** `latchkey logout`. Always deletes the local credentials, and reports if the broker couldn't be told. */
export async function logout(args: string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({ args, options: commonOptions });
  const file = openProfile(values, io);
  const say = (json: object, text: string) => io.out(values.json ? `${JSON.stringify(json)}\n` : `${text}\n`);

  const signIn = await file.signIn().catch(notDeleted);
  if (!signIn) {
    say({ type: 'done', signed_out: false }, "You weren't signed in.");
    return exitCode.ok;
  }
  return file.locked(async () => {
    const session = await file.tryRead();
    // Ctrl-C while the keyring asks for its password: nothing is deleted yet.
    io.signal.throwIfAborted();
    try {
      if (session instanceof Unread) untold(session.error);
      if (session) await end(session.credentials, io);
    } finally {
      await file.erase();
    }
    say({ type: 'done', signed_out: true }, 'Signed out.');
    return exitCode.ok;
  });
}

async function end({ issuer, client_id: clientId, tokens }: Credentials, { fetch, signal }: Io): Promise<void> {
  if (!tokens.refresh_token) return;
  try {
    await revoke({ issuer, clientId, refreshToken: tokens.refresh_token, fetch, signal });
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    throw new DeviceError(error.code, notTold(error.message, issuer), { cause: error });
  }
}

/** What can't be read may be another program's file. */
function notDeleted(error: unknown): never {
  if (!(error instanceof StoreError)) throw error;
  throw new StoreError(
    error.code,
    `${error.message} Nothing was deleted. If you were signed in, your session stays active at the broker. To end it now, ${whereToEnd(undefined)}`,
    { cause: error },
  );
}

/** Without its key, nobody has the refresh token that the broker would end. */
function untold(error: Unread['error']): never {
  const { cause } = error;
  if (error instanceof StoreError)
    throw new StoreError(error.code, notTold('The sign-in was damaged, or something had changed it.', undefined), {
      cause,
    });
  const why =
    cause instanceof KeyringFault ? cause.message : "The system's keyring no longer has the key of the sign-in";
  throw new KeyringError('keyring_unavailable', notTold(`${why}.`, undefined), { cause });
}

const notTold = (why: string, issuer: string | undefined): string =>
  `signed out on this computer, but the session at the broker couldn't be ended. ${why} To end it now, ${whereToEnd(issuer)}`;
