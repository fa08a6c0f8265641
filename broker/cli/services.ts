import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { InterruptedError, readHiddenLine } from '@latchkey/shared/hidden-line.ts';
import { hashChosenSecret, newSecret } from '../oauth/client-authentication/client-secret.ts';
import { createServiceKey, publicKeyOfService } from './service-key.ts';
import { subcommandOf } from './subcommand.ts';
import { UsageError } from './usage-error.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey services secret [--from-stdin]
       latchkey services key --output FILE
       latchkey services key --key-file FILE
       latchkey services token [options]

secret generates a 256-bit secret for a service and the hash to put in secret_hash.
--from-stdin hashes an existing secret instead. In a terminal, it asks for the secret and doesn't show it.

key generates a private key for a service (private_key_jwt, ES256), writes it to FILE, which only
you can read, and prints the public key to put in public_jwk. The broker then stores nothing secret.
--key-file prints the public key of an existing private key again.

token gets an access token with the secret or the key, for a job in CI. See "latchkey services token --help".
`;

/** `latchkey services secret|key`. `token` is a command for users: clients/cli. */
export async function services(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      'from-stdin': { type: 'boolean', default: false },
      output: { type: 'string' },
      'key-file': { type: 'string' },
    },
    allowPositionals: true,
  });
  const subcommand = subcommandOf('services', positionals, values, {
    secret: ['from-stdin'],
    key: ['output', 'key-file'],
    token: [],
  });
  if (subcommand === 'token') throw new UsageError('write its options after "services token"');
  if (subcommand === 'secret') return values['from-stdin'] ? hashSecret() : printSecret();
  return printPublicKey(values.output, values['key-file']);
}

/** Prints the secret once and stores it nowhere. */
function printSecret(): number {
  const { secret, hash } = newSecret();
  process.stdout.write(`secret       ${secret}\nsecret_hash  ${hash}\n`);
  return 0;
}

async function hashSecret(): Promise<number> {
  const chosen = await readSecret();
  if (chosen === undefined) return 130;
  if (chosen.length < 16) {
    process.stderr.write('latchkey: the secret must have at least 16 characters\n');
    return 1;
  }
  if (/\p{Cc}/u.test(chosen)) {
    process.stderr.write('latchkey: the secret has a control character, such as one of an arrow key. Enter it again\n');
    return 1;
  }
  process.stdout.write(`secret_hash  ${await hashChosenSecret(chosen)}\n`);
  return 0;
}

/** @returns `undefined` after Ctrl-C */
async function readSecret(): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return (await text(stdin)).replace(/\r?\n$/, '');
  try {
    return await readHiddenLine(stdin, (line) => stderr.write(line), 'Secret (not shown; Enter ends it): ');
  } catch (error) {
    if (error instanceof InterruptedError) return undefined;
    throw error;
  }
}

function printPublicKey(output: string | undefined, keyFile: string | undefined): number {
  if (output && keyFile) throw new UsageError('--output makes a new key, --key-file reads one: give only one of them');
  if (output === '-') throw new UsageError('--output names a file: the private key is not printed');
  if (!output && !keyFile) {
    throw new UsageError(
      '--output is missing. Name the file to write the private key to, or an existing one with --key-file',
    );
  }
  const jwk = output ? createServiceKey(output) : publicKeyOfService(String(keyFile));
  process.stdout.write(`public_jwk: ${JSON.stringify(jwk)}\n`);
  return 0;
}
