import { parseArgs } from 'node:util';
import { plainText } from '../device/plain-text.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { commonOptions, openProfile } from './options.ts';
import { describePlace } from './session/place.ts';
import { read, secondsLeft } from './token.ts';

export const help = `Usage: latchkey status [--profile P] [--json]

Show who is signed in on this computer, where, for what, and how the sign-in is stored. Sends no request.

  -p, --profile P  profile to show (env: LATCHKEY_PROFILE, default: default)
  --file F         credentials file to use instead of a profile
  --json           print {"issuer","client_id","sub","resource","scope","expires_at","refreshable","file","store",
                   "no_keyring"} instead

Exits with 3 if nobody is signed in.
`;

/** `latchkey status`, also `latchkey whoami`. */
export async function status(args: string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({ args, options: commonOptions });
  const file = openProfile(values, io);
  const { credentials, place } = await read(file);
  const { issuer, client_id, resource, tokens } = credentials;
  const shown = {
    issuer,
    client_id,
    sub: subjectOf(tokens.access_token),
    resource,
    scope: tokens.scope,
    expires_at: tokens.expires_at,
    refreshable: tokens.refresh_token !== undefined,
    file: file.path,
    store: place.store,
    no_keyring: place.store === 'file' ? place.fault : undefined,
  };
  if (values.json) {
    io.out(`${JSON.stringify(shown)}\n`);
    return exitCode.ok;
  }
  const left = Math.floor(secondsLeft(credentials, io));
  const token = left > 0 ? `valid for ${left} s` : 'expired';
  const renewal = shown.refreshable ? ', refreshed when needed' : '. Sign in again when it has expired';
  const lines: [string, string | undefined][] = [
    ['Signed in to', issuer],
    ['Account', shown.sub],
    ['Client', client_id],
    ['API', resource],
    ['Scope', tokens.scope],
    ['Access token', `${token}${renewal}`],
    ['File', file.path],
    ['Stored', describePlace(place)],
  ];
  for (const [name, value] of lines) {
    if (value !== undefined) io.out(`${`${name}:`.padEnd(14)}${plainText(value, 2_048)}\n`);
  }
  return exitCode.ok;
}

/** The subject of a token in the user's own file, to show it. Not verified, and not for decisions. RFC 9068 §2.2. */
function subjectOf(token: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { sub } = Object(payload);
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}
