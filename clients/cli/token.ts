import { parseArgs } from 'node:util';
import { DeviceError } from '../device/device-error.ts';
import { refresh } from '../device/refresh.ts';
import type { Credentials } from '../device/store/credentials.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { SignedOutError } from './fail.ts';
import { type Io, UsageError } from './io.ts';
import { commonOptions, openProfile } from './options.ts';
import { checkPrintOptions, printOptions, printToken } from './print-token.ts';
import type { SignIn } from './session/format.ts';
import type { Session, SessionFile } from './session/session-file.ts';

export const help = `Usage: latchkey token [--min-ttl SECONDS] [--output FILE] [--profile P] [--json | --curl]

Print an access token to stdout, refreshing it first if needed.

  --min-ttl S      minimum remaining lifetime in seconds (default: 30). Fails if tokens don't live that long
  --output FILE    write the token to a file that only you can read, instead of stdout, such as the one that
                   AWS_WEB_IDENTITY_TOKEN_FILE names
  --curl           print a configuration for curl, so that the token appears in no process list
  -p, --profile P  profile to use (env: LATCHKEY_PROFILE, default: default)
  --file F         credentials file to use instead of a profile
  --json           print {"access_token","token_type","expires_at","scope","resource"} instead

  latchkey token --curl | curl --config - https://api.example.com/v1/orders
`;

const usualMinTtl = 30;

/** `latchkey token` */
export async function token(args: string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({
    args,
    options: {
      ...commonOptions,
      'min-ttl': { type: 'string' },
      ...printOptions,
    },
  });
  checkPrintOptions(values);
  const minTtl = readSeconds(values['min-ttl']);
  const file = openProfile(values, io);
  const { tokens, resource } = await current(file, minTtl, io);
  await printToken({ ...tokens, resource }, values, io);
  return exitCode.ok;
}

export function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,6}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError('--min-ttl must be a number of seconds');
}

export const secondsLeft = ({ tokens }: Credentials, io: Io): number => tokens.expires_at - io.now() / 1_000;

/** Returns the stored credentials, refreshed and saved first if they expire too soon. */
export async function current(file: SessionFile, minTtl: number | undefined, io: Io): Promise<Credentials> {
  const isGood = (credentials: Credentials) => secondsLeft(credentials, io) >= (minTtl ?? usualMinTtl);
  const known = await read(file);
  if (isGood(known.credentials)) return known.credentials;
  return file.locked(async () => {
    // The previous holder of the lock may have refreshed already.
    const { credentials, place } = await read(file);
    if (isGood(credentials)) return credentials;
    try {
      const renewed = await renew(credentials, file, io);
      await file.write(renewed, place);
      requireTtl(renewed, minTtl, io);
      return renewed;
    } catch (error) {
      // The token is still valid, just for less than the default: use it, unless the caller set a minimum.
      const usable = minTtl === undefined && secondsLeft(credentials, io) > 0;
      if (!usable || !(error instanceof DeviceError) || error.code !== 'unreachable') throw error;
      io.err(`latchkey: ${error.message} Warning: using a token that expires soon.\n`);
      return credentials;
    }
  });
}

/** The broker's clock and this one may differ by a second or two. */
const tolerance = 2;

/** A new token may still be shorter than the caller needs. */
function requireTtl(credentials: Credentials, minTtl: number | undefined, io: Io): void {
  const left = Math.floor(secondsLeft(credentials, io));
  if (minTtl === undefined || left + tolerance >= minTtl) return;
  throw new ShortTokenError(
    `tokens of this client are valid for ${left} s, so --min-ttl ${minTtl} can't be met. Use a smaller value, or ask your administrator for a longer "lifetime" of the API`,
  );
}

/**
 * @throws {SignedOutError} if nobody is signed in
 * @throws {KeyringError} if the sign-in can't be decrypted
 */
export async function read(file: SessionFile): Promise<Session> {
  return (await file.read()) ?? notSignedIn(file);
}

/**
 * What can be read without the keyring: for what, and with which client, somebody is signed in.
 *
 * @throws {SignedOutError} if nobody is
 */
export async function readSignIn(file: SessionFile): Promise<SignIn> {
  return (await file.signIn()) ?? notSignedIn(file);
}

function notSignedIn({ path, login }: SessionFile): never {
  throw new SignedOutError(`not signed in (${path}). Run: ${login}`);
}

/** No token lives as long as `--min-ttl` asks. */
class ShortTokenError extends Error {
  override readonly name = 'ShortTokenError';
  readonly code = 'min_ttl';
}

async function renew(
  credentials: Credentials,
  { login }: SessionFile,
  { fetch, now, sleep, signal }: Io,
): Promise<Credentials> {
  const { issuer, client_id: clientId, resource, tokens } = credentials;
  if (!tokens.refresh_token) throw new SignedOutError(`your sign-in has expired. Run: ${login}`);
  const options = { issuer, clientId, resource, refreshToken: tokens.refresh_token, fetch, now, sleep, signal };
  const { id_token: _, ...renewed } = await refresh(options);
  return { ...credentials, tokens: { ...renewed, scope: renewed.scope ?? tokens.scope } };
}
