import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { configFrom } from './config-option.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey audit export --config FILE [--after SEQ]

  Print the audit log as JSON Lines, oldest first. Use --after SEQ to continue after an earlier export.
`;

const page = 500;

/** `latchkey audit export`. */
export async function audit(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { config: { type: 'string' }, after: { type: 'string', default: '0' } },
    allowPositionals: true,
  });
  if (positionals.join(' ') !== 'export' || !/^\d{1,15}$/.test(values.after)) {
    process.stderr.write(usage);
    return 2;
  }
  const config = configFrom(values.config === undefined ? [] : ['--config', values.config]);
  const store = await createStore(config.store, { now: () => Date.now() });
  try {
    await exportAll(store, Number(values.after), process.stdout);
  } finally {
    await store.close();
  }
  return 0;
}

async function exportAll(store: Store, after: number, out: NodeJS.WriteStream): Promise<void> {
  for (let last = after; ; ) {
    const entries = await store.auditAfter(last, page);
    for (const { seq, at, type, sub, detail } of entries) {
      const line = JSON.stringify({ seq, at: new Date(at).toISOString(), type, sub, detail });
      if (!out.write(`${line}\n`)) await once(out, 'drain');
      last = seq;
    }
    if (entries.length < page) return;
  }
}
