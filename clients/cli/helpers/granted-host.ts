import { shellWord } from '@latchkey/shared/shell-word.ts';
import type { Credentials } from '../../device/store/credentials.ts';
import { type Io, UsageError } from '../io.ts';
import type { SessionFile } from '../session/session-file.ts';
import { current, readSignIn } from '../token.ts';

/** Options of every credential helper. */
export const hostOptions = { host: { type: 'string', multiple: true } } as const;

/**
 * The profile's tokens, for one server. The sign-in is checked twice: before its key is asked for, and once more with the
 * tokens. Another `latchkey login` may have come between.
 *
 * @param url where the tool would send the token
 * @returns the tokens, or a sentence that says why the server gets none
 * @throws {UsageError} if a named host is none
 * @throws {SignedOutError} if nobody is signed in
 */
export async function tokensFor(
  url: URL,
  file: SessionFile,
  named: readonly string[] | undefined,
  io: Io,
): Promise<Credentials['tokens'] | string> {
  const early = refusalFor(url, await readSignIn(file), named, io);
  if (early !== undefined) return early;
  const credentials = await current(file, undefined, io);
  return refusalFor(url, credentials, named, io) ?? credentials.tokens;
}

/**
 * Why a helper may not give the profile's token to a server. A tool asks for whatever URL it was given: a link in a
 * README must not get the token of another server.
 *
 * The token is for the API that the profile is signed in to, and for the hosts that the user names with `--host` or in
 * `LATCHKEY_HOSTS`. It is never sent without TLS, except to this machine.
 *
 * @param url where the tool would send the token
 * @returns a sentence, or `undefined` if the server may have the token
 * @throws {UsageError} if a named host is none
 */
function refusalFor(
  url: URL,
  { resource }: Pick<Credentials, 'resource'>,
  named: readonly string[] | undefined,
  { env }: Pick<Io, 'env'>,
): string | undefined {
  const hosts = (named ?? env.LATCHKEY_HOSTS?.split(/\s+/).filter(Boolean) ?? []).map(readHost);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe) return `${url.protocol}//${url.host} gets no token: it would be sent without encryption. Use https`;
  if (hosts.includes(url.host) || (resource !== undefined && URL.parse(resource)?.host === url.host)) return undefined;
  return `this profile's token isn't for ${url.host}. If it should be, add: --host ${shellWord(url.host)}`;
}

function readHost(text: string): string {
  const url = URL.parse(`https://${text}`);
  if (!url || !text.toLowerCase().startsWith(url.hostname) || /[/?#@*\\]/.test(text)) {
    throw new UsageError(`"${text}" is not a host. Write it as git.example.com or git.example.com:8443`);
  }
  // `URL` leaves 443 out, as tools do.
  return url.host;
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
