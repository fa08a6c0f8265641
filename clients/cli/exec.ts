import { parseArgs } from 'node:util';
import { type Io, UsageError } from './io.ts';
import { commonOptions, openProfile } from './options.ts';
import { current, readSeconds } from './token.ts';

export const help = `Usage: latchkey exec [--min-ttl SECONDS] [--profile P] -- COMMAND [ARG …]

Runs a program with an access token in its environment, as LATCHKEY_TOKEN: it stands in no command line, where
others could read it. Exits as the program does.

  --min-ttl S      the token must be good for so many seconds more (default 30); it is not renewed meanwhile
  -p, --profile P  whose (or LATCHKEY_PROFILE; default "default")
  --file F         as kept in this file

  latchkey exec -- sh -c 'curl -H "Authorization: Bearer $LATCHKEY_TOKEN" https://api.example.com/v1/orders'
`;

/** `latchkey exec` */
export async function exec(args: string[], io: Io): Promise<number> {
  const end = args.indexOf('--');
  const [command, ...rest] = end === -1 ? [] : args.slice(end + 1);
  if (command === undefined) throw new UsageError('which program? Put it after --');
  const { values } = parseArgs({
    args: args.slice(0, end),
    options: { ...commonOptions, 'min-ttl': { type: 'string' } },
  });
  const { tokens } = await current(openProfile(values, io), readSeconds(values['min-ttl']), io);
  return io.runProgram(command, rest, { ...io.env, LATCHKEY_TOKEN: tokens.access_token });
}
