import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { hashChosenSecret, newSecret } from '../oauth/client-authentication/client-secret.ts';
import { UsageError } from './usage-error.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey services secret [--from-stdin]

Generate a 256-bit secret for a service and the hash to put in secret_hash.
--from-stdin hashes an existing secret instead.
`;

/** `latchkey services secret`. Prints the secret once and stores it nowhere. */
export async function services(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { 'from-stdin': { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (positionals.join(' ') !== 'secret') throw new UsageError('expected: latchkey services secret');
  if (!values['from-stdin']) {
    const { secret, hash } = newSecret();
    process.stdout.write(`secret       ${secret}\nsecret_hash  ${hash}\n`);
    return 0;
  }
  const chosen = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (chosen.length < 16) {
    process.stderr.write('latchkey: the secret must have at least 16 characters\n');
    return 1;
  }
  process.stdout.write(`secret_hash  ${await hashChosenSecret(chosen)}\n`);
  return 0;
}
