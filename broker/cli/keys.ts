import { parseArgs } from 'node:util';
import { initRing } from '../keys/ring.ts';

/** `latchkey keys init --file FILE`. */
export async function keys(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { file: { type: 'string' } },
    allowPositionals: true,
  });
  if (positionals.join(' ') !== 'init' || values.file === undefined) {
    process.stderr.write('Usage: latchkey keys init --file FILE\n');
    return 2;
  }
  const kid = initRing(values.file, Date.now());
  process.stdout.write(`Wrote ${values.file} with the key ${kid}. Keep a copy of it apart from the store's backups.\n`);
  return 0;
}
