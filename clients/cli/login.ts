import { parseArgs } from 'node:util';
import { DeviceError } from '../device/device-error.ts';
import { type DeviceLoginOptions, deviceLogin } from '../device/login.ts';
import { type LoopbackLoginOptions, loopbackLogin } from '../device/loopback.ts';
import { plainText } from '../device/plain-text.ts';
import { revoke } from '../device/revoke.ts';
import type { Credentials } from '../device/store/credentials.ts';
import type { Tokens } from '../device/tokens.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { instructions } from './instructions.ts';
import { type Io, UsageError } from './io.ts';
import type { KeyringFaultCode } from './keyring/keyring.ts';
import { commonOptions, openProfile } from './options.ts';
import { createProgress } from './progress.ts';
import { describePlace, type Place, storeChoice } from './session/place.ts';
import type { Kept, SessionFile } from './session/session-file.ts';
import { brokerBefore, defaultsFrom, endPredecessor } from './sign-in-before.ts';

export const help = `Usage: latchkey login [--issuer URL] [--client ID] [--scope S] [--resource R] [--profile P]
                      [--browser [--upstream NAME] | --device] [--login-hint NAME]
                      [--store auto|keyring|file] [--json]

Sign in on this computer. Opens your browser if there is one. Otherwise (over SSH, in a container) it shows a code
to enter on another device. Waits until you approve.

  --issuer URL     URL of the broker (env: LATCHKEY_ISSUER)
  --client ID      client ID, as configured on the broker (env: LATCHKEY_CLIENT_ID, default: latchkey-cli)
  --scope S        space-separated scopes (default: all allowed for this client)
  --resource R     API to get tokens for
  --browser        always use this computer's browser
  --device         always use a code
  --upstream NAME  identity provider to sign in with, if the broker has several. With a code, you choose on the page.
  --login-hint N   who signs in, such as ada@example.com. With a code, their browser with the Latchkey extension can ask for
                   a number instead, if the broker allows that.
  --store S        keyring: encrypt the sign-in with a key in the system's keyring. file: don't, only you can read the
                   file. auto: the keyring if there is one, but an encrypted sign-in is never replaced by a plain one (env:
                   LATCHKEY_STORE, default: auto)
  -p, --profile P  profile name (env: LATCHKEY_PROFILE, default: default)
  --file F         credentials file to use instead of a profile
  --json           print one JSON object per line: {"type":"code",…} or {"type":"open",…} first, {"type":"done",…} last

Options default to those of the profile's last sign-in; --issuer only if that can be read.
`;

/** `latchkey login` */
export async function login(args: string[], io: Io): Promise<ExitCode> {
  const { values } = parseArgs({
    args,
    options: {
      ...commonOptions,
      issuer: { type: 'string' },
      client: { type: 'string' },
      scope: { type: 'string' },
      resource: { type: 'string' },
      browser: { type: 'boolean', default: false },
      device: { type: 'boolean', default: false },
      upstream: { type: 'string' },
      'login-hint': { type: 'string' },
      store: { type: 'string' },
    },
  });
  if (values.browser && values.device) throw new UsageError("--browser and --device can't be used together");
  if (values.device && values.upstream !== undefined)
    throw new UsageError(
      "--upstream can't be used with --device: choose the provider on the page where you enter the code",
    );
  const file = openProfile(values, io);
  const before = await file.signIn();
  const chosen = storeChoice(io, values.store);
  // A keyring that asks for its password does so before the user is asked to sign in.
  const session = before && (await file.tryRead());
  io.signal.throwIfAborted();
  const issuer =
    values.issuer ?? io.env.LATCHKEY_ISSUER ?? (before && session && brokerBefore(before, session, values.json, io));
  if (!issuer) throw new UsageError('no broker specified. Use --issuer URL or set LATCHKEY_ISSUER');
  // The scope and resource of another broker mean nothing to this one.
  const defaults = before && defaultsFrom(before, session);
  const kept = defaults?.issuer === issuer ? defaults : undefined;
  const clientId = values.client ?? io.env.LATCHKEY_CLIENT_ID ?? kept?.client_id ?? 'latchkey-cli';
  const asked = {
    issuer,
    clientId,
    scope: values.scope ?? kept?.scope,
    resource: values.resource ?? kept?.resource,
    loginHint: values['login-hint'],
  };

  if (io.env.CI && !io.errIsTerminal && !values.device && !values.browser) {
    throw new UsageError(
      'nobody can approve a sign-in here (CI is set, and there is no terminal). In CI, use a service and "latchkey services token". To show a code all the same, add --device',
    );
  }
  // Before the user is asked to do anything.
  await file.checkWritable();
  const place = await file.place(chosen ?? before?.store ?? 'auto');
  warnOfPlain(place, chosen === undefined, io);
  const { credentials, kept: predecessor } = await signInAndKeep(file, place, asked, values, io);
  await endPredecessor(predecessor, io);
  report(file, credentials, place, values.json, io);
  return exitCode.ok;
}

/** What was asked for on the command line, about how to sign in. */
interface Ways {
  browser: boolean;
  device: boolean;
  upstream?: string | undefined;
  json: boolean;
}

/** Leaves nothing behind if the tokens don't come, or can't be kept: no sign-in at the broker, no key in the keyring. */
async function signInAndKeep(
  file: SessionFile,
  place: Place,
  asked: DeviceLoginOptions,
  ways: Ways,
  io: Io,
): Promise<{ credentials: Credentials; kept: Kept }> {
  let credentials: Credentials | undefined;
  try {
    credentials = toCredentials(asked, await signIn(asked, ways, io));
    return { credentials, kept: await file.keep(credentials, place) };
  } catch (error) {
    if (credentials) await discard(credentials, io);
    await file.abandon(place).catch(() => undefined);
    throw error;
  }
}

/** Uses the requested method; by default this machine's browser, if there is one and the client may use it. */
async function signIn(asked: DeviceLoginOptions, { browser, device, upstream, json }: Ways, io: Io): Promise<Tokens> {
  if (device || !(browser || io.browserHere)) return signInByCode(asked, json, io);
  try {
    return await signInHere({ ...asked, upstream }, json, io);
  } catch (error) {
    const mustUseCode = error instanceof DeviceError && error.error === 'unauthorized_client';
    if (browser || !mustUseCode) throw error;
    io.err("This client can't sign in through a browser. Using a code instead.\n");
    return signInByCode(asked, json, io);
  }
}

async function signInByCode(asked: DeviceLoginOptions, json: boolean, io: Io): Promise<Tokens> {
  const { fetch, now, sleep, signal } = io;
  const progress = createProgress(io);
  try {
    for await (const state of deviceLogin({ ...asked, fetch, now, sleep, signal })) {
      if (state.type === 'done') return state.tokens;
      if (state.type === 'waiting') progress.waiting(state);
      else io.out(json ? `${JSON.stringify(state)}\n` : instructions(state, io.outHasColors));
    }
  } finally {
    progress.end();
  }
  throw new Error('the sign-in ended without a result');
}

async function signInHere(asked: LoopbackLoginOptions, json: boolean, io: Io): Promise<Tokens> {
  const { fetch, now, sleep, signal } = io;
  for await (const state of loopbackLogin({ ...asked, fetch, now, sleep, signal })) {
    if (state.type === 'done') return state.tokens;
    if (json) io.out(`${JSON.stringify(state)}\n`);
    const opened = await io.openBrowser(state.authorization_url);
    if (json) continue;
    const page = plainText(state.authorization_url, 2_048);
    io.out(
      `\n${opened ? 'Opened your browser. If nothing happened, open this link' : 'Open this link in a browser on this computer'}:\n\n    ${page}\n\n`,
    );
    io.err('Waiting for you to approve in the browser… (No browser? Press Ctrl-C and run: latchkey login --device)\n');
  }
  throw new Error('the sign-in ended without a result');
}

function toCredentials(
  { issuer, clientId, scope, resource }: Pick<DeviceLoginOptions, 'issuer' | 'clientId' | 'scope' | 'resource'>,
  { id_token: _, ...tokens }: Tokens,
): Credentials {
  return { version: 1, issuer, client_id: clientId, scope, resource, tokens };
}

/** Revokes tokens that couldn't be saved: nobody else could end that sign-in. Ctrl-C doesn't stop this. */
async function discard({ issuer, client_id: clientId, tokens }: Credentials, { fetch }: Io): Promise<void> {
  const { refresh_token: refreshToken } = tokens;
  if (refreshToken) await revoke({ issuer, clientId, refreshToken, fetch }).catch(() => undefined);
}

/**
 * Before the sign-in. Silent where there is no keyring, and not where there is one that could have been used.
 *
 * @param isAsBefore whether only the file says where: nothing vouches for a plain one
 */
function warnOfPlain(place: Place, isAsBefore: boolean, io: Io): void {
  if (place.store === 'keyring') return;
  if (place.choice === 'file' && isAsBefore) {
    io.err(
      'Note: this sign-in will be in the file, not encrypted, as the last one was. To encrypt it, press Ctrl-C and add --store auto. To turn off this note, add --store file.\n',
    );
    return;
  }
  if (place.fault === undefined || !passing.has(place.fault)) return;
  io.err(
    `Warning: this sign-in will be ${describePlace(place)}. To encrypt it, press Ctrl-C, make the keyring usable and sign in again. To turn off this warning, add --store file.\n`,
  );
}

/** Faults of a keyring that is there, and that its person can mend. */
const passing: ReadonlySet<KeyringFaultCode> = new Set(['refused', 'timed_out', 'no_process']);

function report({ path }: SessionFile, credentials: Credentials, { store }: Place, json: boolean, io: Io): void {
  const { issuer, tokens } = credentials;
  const { scope, expires_at, refresh_token } = tokens;
  if (json) {
    io.out(`${JSON.stringify({ type: 'done', issuer, scope, expires_at, file: path, store })}\n`);
    return;
  }
  const how = store === 'keyring' ? "encrypted with a key in the system's keyring" : 'readable only by you';
  io.out(`Signed in to ${issuer}. Credentials saved to ${path} (${how}).\n`);
  if (!refresh_token)
    io.err("Warning: no refresh token was issued. You'll need to sign in again when this token expires.\n");
}
