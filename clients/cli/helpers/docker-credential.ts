import { parseArgs } from 'node:util';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { type Io, UsageError } from '../io.ts';
import { commonOptions, openProfile } from '../options.ts';
import type { Session } from '../session/session-file.ts';
import { hostOptions, tokensFor } from './granted-host.ts';

export const help = `Usage: docker-credential-latchkey get|list|store|erase
       latchkey docker-credential [--host HOST …] [--profile P] get|list|store|erase

A credential helper for Docker and other tools that read ~/.docker/config.json. It gives them an access token for the
registry that the profile is signed in to, and for the hosts that you name; for no other registry.

  --host HOST      also give the token to this registry (env: LATCHKEY_HOSTS, separated by spaces)
  -p, --profile P  profile to use (env: LATCHKEY_PROFILE, default: default)
  --file F         credentials file to use instead of a profile

  In ~/.docker/config.json: {"credHelpers": {"registry.example.com": "latchkey"}}
`;

/** The protocol's own sentence. A tool that reads it goes on without credentials. */
const notFound = 'credentials not found in native keychain';
const username = 'oauth2';

/**
 * `latchkey docker-credential`, or `docker-credential-latchkey` when a tool calls it.
 *
 * @see https://github.com/docker/docker-credential-helpers#development
 */
export async function dockerCredential(args: string[], io: Io): Promise<ExitCode> {
  try {
    return await answer(args, io);
  } catch (error) {
    // Docker shows what a helper writes to stdout, and not what it writes to stderr.
    if (error instanceof Error) io.out(`${error.message}\n`);
    throw error;
  }
}

async function answer(args: string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args,
    options: { ...commonOptions, ...hostOptions },
    allowPositionals: true,
  });
  const file = openProfile(values, io);
  switch (positionals.join(' ')) {
    case 'get': {
      const asked = (await io.input()).trim();
      const url = readServer(asked);
      const tokens = url && (await tokensFor(url, file, values.host, io));
      if (tokens === undefined || typeof tokens === 'string') {
        io.out(`${notFound}\n`);
        return exitCode.failure;
      }
      io.out(`${JSON.stringify({ ServerURL: asked, Username: username, Secret: tokens.access_token })}\n`);
      return exitCode.ok;
    }
    case 'list': {
      const { resource } = (await file.signIn()) ?? {};
      io.out(`${JSON.stringify(resource === undefined ? {} : { [new URL(resource).host]: username })}\n`);
      return exitCode.ok;
    }
    case 'store': {
      // `docker login` stores again what this helper gave it.
      if (isOwn(await io.input(), await file.read())) return exitCode.ok;
      throw new UsageError(
        'Latchkey stores no passwords. Sign in with "latchkey login", and leave the password away here',
      );
    }
    case 'erase':
      // `docker logout`. `latchkey logout` ends the sign-in, for all tools.
      return exitCode.ok;
    default:
      throw new UsageError('expected one operation: get, list, store or erase');
  }
}

function isOwn(text: string, stored: Session | undefined): boolean {
  try {
    const { Secret } = Object(JSON.parse(text));
    return stored !== undefined && Secret === stored.credentials.tokens.access_token;
  } catch {
    throw new UsageError('expected JSON on stdin: this command is for Docker, as a credential helper');
  }
}

/** Docker names a registry by host, with or without a scheme and a path. */
const readServer = (text: string): URL | undefined =>
  URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`) ?? undefined;
