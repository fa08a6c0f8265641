import { parseArgs } from 'node:util';
import { plainText } from '../../device/plain-text.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type Io, UsageError } from '../io.ts';
import { commonOptions, openProfile } from '../options.ts';
import { hostOptions, tokensFor } from './granted-host.ts';

export const help = `Usage: latchkey git-credential [--host HOST …] [--username U] [--profile P] get|store|erase

A credential helper for git. It gives git an access token for the API that the profile is signed in to, and for the
hosts that you name; for no other host.

  --host HOST      also give the token to this host (env: LATCHKEY_HOSTS, separated by spaces)
  --username U     user name for servers that take a token as the password (default: oauth2)
  -p, --profile P  profile to use (env: LATCHKEY_PROFILE, default: default)
  --file F         credentials file to use instead of a profile

  git config --global credential.https://git.example.com.helper '!latchkey git-credential --host git.example.com'
`;

/**
 * `latchkey git-credential`.
 *
 * @see https://git-scm.com/docs/git-credential#IOFMT
 */
export async function gitCredential(args: string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args,
    options: { ...commonOptions, ...hostOptions, username: { type: 'string', default: 'oauth2' } },
    allowPositionals: true,
  });
  const [operation, ...more] = positionals;
  if (!operation || more.length > 0) throw new UsageError('expected one operation: get, store or erase');
  // Latchkey stores and refreshes the tokens itself. Git expects unknown operations to be ignored.
  if (operation !== 'get') return exitCode.ok;

  const asked = readAttributes(await io.input());
  const host = asked.one('host');
  const url = plainHost.test(host) ? URL.parse(`${asked.one('protocol')}://${host}/`) : undefined;
  if (!url) throw new UsageError('git named no usable host: this command is for git, as a credential helper');
  const tokens = await tokensFor(url, openProfile(values, io), values.host, io);
  if (typeof tokens === 'string') {
    io.err(`latchkey git-credential: ${plainText(tokens)}\n`);
    return exitCode.ok;
  }
  // Git 2.46 and later. Most servers want the token as a password.
  const bearer = asked.all('capability[]').includes('authtype') && asked.all('wwwauth[]').some(wantsBearer);
  io.out(
    bearer
      ? `capability[]=authtype\nauthtype=Bearer\ncredential=${tokens.access_token}\nephemeral=1\n`
      : `username=${values.username}\npassword=${tokens.access_token}\npassword_expiry_utc=${Math.floor(tokens.expires_at)}\n`,
  );
  return exitCode.ok;
}

/** Git decodes the host of its URL. A `/` in it would hide the rest from us, and not from the network. */
const plainHost = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/** RFC 9110 §11.6.1: a server names its schemes, in any case. */
const wantsBearer = (challenge: string): boolean => /^bearer\b/i.test(challenge);

function readAttributes(text: string): { one(name: string): string; all(name: string): string[] } {
  const pairs = text.split('\n').map((line) => {
    const [name = '', ...value] = line.replace(/\r$/, '').split('=');
    return [name, value.join('=')] as const;
  });
  const all = (name: string) => pairs.flatMap(([key, value]) => (key === name ? [value] : []));
  return { all, one: (name) => all(name).at(-1) ?? '' };
}
