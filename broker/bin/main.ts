import { versionAndCommit } from '../cli/version.ts';
import { NetworkError, useOutboundProxy } from '../outbound-proxy.ts';
import { endWithReader } from './end-with-reader.ts';

const help = `Usage: latchkey <command> [options]

Sign in on this computer:
  login     Sign in with your browser, or with a code on another device
  token     Print an access token (refreshed if needed)
  exec      Run a command with an access token in LATCHKEY_TOKEN
  status    Show who is signed in, where, and for what
  logout    Sign out
  git-credential, kubectl-credential, docker-credential
            Give tokens to git, Kubernetes clients and container tools
  completion
            Print a script that completes commands and options in your shell

Development:
  dev       Start a provider, the broker and a browser for your own site and API

Administration:
  init      Create a starter configuration
  doctor    Check the configuration, the provider and the network
  serve     Run the broker
  migrate   Apply database migrations
  migrate-issuer
            Keep people when their provider moves to another issuer
  keys      Create, list, rotate and revoke the broker's keys
  compromised
            Replace all keys and end sessions after a theft
  backup    Back up a SQLite database while the broker runs
  sessions  List and revoke people's sessions and devices
  people    Erase a person
  audit     Export the audit log, or check that nobody has changed it
  extension Create the key of your extension, and the policies that install it
  policy    Explain why a site can or can't get a token
  services  Generate a service's secret or key, and get tokens for a service, such as a job in CI
  schema    Print the JSON Schema of the configuration
  openapi   Print the OpenAPI document of the broker's HTTP API

Run "latchkey <command> --help" for details.
`;

const [command, ...rest] = process.argv.slice(2);

endWithReader(command === 'serve' ? 'goes on' : 'ends');

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
    process.stdout.write(`${versionAndCommit}\n`);
    break;
  case 'login':
  case 'token':
  case 'exec':
  case 'status':
  case 'whoami':
  case 'git-credential':
  case 'kubectl-credential':
  case 'docker-credential':
  case 'logout': {
    const { run } = await import('../../clients/cli/main.ts');
    process.exitCode = await withProxy(() => run([command, ...rest]));
    break;
  }
  case 'services': {
    if (rest[0] === 'token') {
      const { run } = await import('../../clients/cli/main.ts');
      process.exitCode = await withProxy(() => run(['services token', ...rest.slice(1)]));
    } else {
      const { run } = await import('../cli/main.ts');
      process.exitCode = await run([command, ...rest]);
    }
    break;
  }
  case 'completion': {
    const { completion } = await import('./completion.ts');
    process.exitCode = completion(rest);
    break;
  }
  case 'dev': {
    const { dev } = await import('./dev.ts');
    process.exitCode = await dev(rest);
    break;
  }
  case 'serve':
  case 'doctor':
  case 'migrate-issuer': {
    const { run } = await import('../cli/main.ts');
    process.exitCode = await withProxy(() => run([command, ...rest]));
    break;
  }
  default: {
    const { run } = await import('../cli/main.ts');
    process.exitCode = await run([command, ...rest]);
  }
}

/** For commands that send requests. */
async function withProxy(run: () => Promise<number>): Promise<number> {
  try {
    useOutboundProxy(process.env, (sentence) => process.stderr.write(`latchkey: ${sentence}.\n`));
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    process.stderr.write(`latchkey: ${error.message}.\n`);
    return 1;
  }
  return run();
}
