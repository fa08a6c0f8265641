import { readFile } from 'node:fs/promises';

const help = `Usage: latchkey <command> [options]

Sign in on this machine:
  login     in your browser, or by a code on another device; keep the result
  token     print an access token, refreshed when it has to be
  exec      run a program with an access token in LATCHKEY_TOKEN
  logout    end the sign-in

Run a broker:
  init      write a first configuration
  doctor    look at all that a sign-in goes through
  serve     run the broker
  migrate   bring the store's schema up to date
  keys      make, list and rotate the broker's keys
  backup    copy a SQLite store while the broker runs
  sessions  show and end people's sessions and devices
  audit     export the audit log
  policy    explain whether a page may have a token for somebody
  services  make a secret for a service, and its hash
  schema    print the JSON Schema of the configuration

"latchkey <command> --help" says more.
`;

const [command, ...rest] = process.argv.slice(2);

switch (command) {
  case undefined:
    process.stderr.write(help);
    process.exitCode = 2;
    break;
  case 'help':
  case '--help':
  case '-h':
    process.stdout.write(help);
    break;
  case '--version':
    process.stdout.write(`${await version()}\n`);
    break;
  case 'login':
  case 'token':
  case 'exec':
  case 'logout': {
    const { run } = await import('../../clients/cli/main.ts');
    process.exitCode = await run([command, ...rest]);
    break;
  }
  default: {
    const { run } = await import('../cli/main.ts');
    process.exitCode = await run([command, ...rest]);
  }
}

async function version(): Promise<string> {
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version;
}
