import { exec, help as execHelp } from './exec.ts';
import { exitCode } from './exit-code.ts';
import { fail } from './fail.ts';
import { dockerCredential, help as dockerHelp } from './helpers/docker-credential.ts';
import { gitCredential, help as gitHelp } from './helpers/git-credential.ts';
import { kubectlCredential, help as kubectlHelp } from './helpers/kubectl-credential.ts';
import type { Io } from './io.ts';
import { login, help as loginHelp } from './login.ts';
import { logout, help as logoutHelp } from './logout.ts';
import { servicesToken, help as servicesTokenHelp } from './services-token.ts';
import { status, help as statusHelp } from './status.ts';
import { token, help as tokenHelp } from './token.ts';
import { tracedFetch } from './traced-fetch.ts';

type Command = { run: (args: string[], io: Io) => Promise<number>; help: string };

export const commands = new Map<string, Command>([
  ['login', { run: login, help: loginHelp }],
  ['token', { run: token, help: tokenHelp }],
  ['exec', { run: exec, help: execHelp }],
  ['status', { run: status, help: statusHelp }],
  ['whoami', { run: status, help: statusHelp }],
  ['git-credential', { run: gitCredential, help: gitHelp }],
  ['kubectl-credential', { run: kubectlCredential, help: kubectlHelp }],
  ['docker-credential', { run: dockerCredential, help: dockerHelp }],
  ['services token', { run: servicesToken, help: servicesTokenHelp }],
  ['logout', { run: logout, help: logoutHelp }],
]);

/** Runs one command. Turns its errors into a message and an exit code. */
export async function runCommand(name: string, args: string[], io: Io): Promise<number> {
  const command = commands.get(name);
  if (!command) throw new RangeError(`no such command: ${name}`);
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  if (own.includes('--help') || own.includes('-h')) {
    io.out(command.help);
    return exitCode.ok;
  }
  try {
    return await command.run(args, { ...io, fetch: tracedFetch(io.fetch) });
  } catch (error) {
    return fail(error, name, own.includes('--json'), io);
  }
}
