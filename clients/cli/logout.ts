import { parseArgs } from 'node:util';
import { DeviceError } from '../device/device-error.ts';
import { revoke } from '../device/revoke.ts';
import type { Credentials } from '../device/store/credentials.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { commonOptions, openProfile } from './options.ts';

export const help = `Usage: latchkey logout [--profile P] [--json]

Ends the sign-in at the broker and deletes it here.

  -p, --profile P  which (or LATCHKEY_PROFILE; default "default")
  --file F         as kept in this file
`;

/** `latchkey logout`: what is kept here goes in any case; where the broker could not be told, it says so. */
export async function logout(args: string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({ args, options: commonOptions });
  const file = openProfile(values, io);
  const say = (json: object, text: string) => io.out(values.json ? `${JSON.stringify(json)}\n` : `${text}\n`);

  if (!(await file.read())) {
    say({ type: 'done', signed_out: false }, 'Nobody was signed in.');
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
      `deleted here, but not ended at the broker. ${error.message} End it on its page: ${new URL('/account', issuer)}`,
      { cause: error },
    );
  }
}
