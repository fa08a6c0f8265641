import { parseArgs } from 'node:util';
import { DeviceError } from '../device/device-error.ts';
import { revoke } from '../device/revoke.ts';
import type { Credentials } from '../device/store/credentials.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { commonOptions, openProfile } from './options.ts';

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

  if (!(await file.read())) {
    say({ type: 'done', signed_out: false }, "You weren't signed in.");
    return exitCode.ok;
  }
  return file.locked(async () => {
    const credentials = await file.read();
    try {
      if (credentials) await end(credentials, io);
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
    throw new DeviceError(
      error.code,
      `signed out here, but the broker couldn't be told. ${error.message} To end the session there, go to ${new URL('/account', issuer)}`,
      { cause: error },
    );
  }
}
