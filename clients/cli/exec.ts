import { parseArgs } from 'node:util';
import { type Io, UsageError } from './io.ts';
import { commonOptions, openProfile } from './options.ts';
import { current, readSeconds } from './token.ts';

export const help = `Usage: latchkey exec [--min-ttl SECONDS] [--profile P] -- COMMAND [ARG …]

Run a command with an access token in LATCHKEY_TOKEN, so that it never appears in a process list. Exits with the
command's exit code.

  --min-ttl S      minimum remaining lifetime in seconds (default: 30); the token isn't refreshed while the command runs
  -p, --profile P  profile to use (env: LATCHKEY_PROFILE, default: default)
  --file F         credentials file to use instead of a profile

  latchkey exec -- sh -c 'curl -H "Authorization: Bearer $LATCHKEY_TOKEN" https://api.example.com/v1/orders'
`;

/** `latchkey exec` */
export async function exec(args: string[], io: Io): Promise<number> {
  const end = args.indexOf('--');
  const [command, ...rest] = end === -1 ? [] : args.slice(end + 1);
  if (command === undefined) throw new UsageError('no command given. Usage: latchkey exec -- COMMAND [ARG …]');
  const { values } = parseArgs({
    args: args.slice(0, end),
    options: { ...commonOptions, 'min-ttl': { type: 'string' } },
  });
  const { tokens } = await current(openProfile(values, io), readSeconds(values['min-ttl']), io);
  return io.runProgram(command, rest, { ...io.env, LATCHKEY_TOKEN: tokens.access_token });
}
