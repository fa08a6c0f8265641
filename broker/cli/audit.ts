import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { type Head, verifyAudit } from '../audit/verify-audit.ts';
import { loadRing } from '../keys/ring.ts';
import type { Store, StoredAuditEntry } from '../store/store.ts';
import { storeConfigOf } from './config-option.ts';
import { subcommandOf } from './subcommand.ts';
import { UsageError } from './usage-error.ts';
import { withStore } from './with-store.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey audit <export | verify> [--config FILE]

  audit export            print the audit log as JSON Lines, oldest first
         --after SEQ      continue after an earlier export
         --after-batch N  only sealed entries, of the batches after N (0: all). For collectors: it misses no entry, even
                          on PostgreSQL, where one can become visible after others with higher numbers
  audit verify            check that nobody has changed the audit log; exit code 1 if somebody has
         --head N:HASH    also check that the log still has this batch, as an earlier verification printed it, or as
                          the broker logged it (audit_sealed)
`;

const page = 500;

/** `latchkey audit export | verify`. */
export async function audit(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string' },
      after: { type: 'string' },
      'after-batch': { type: 'string' },
      head: { type: 'string' },
    },
    allowPositionals: true,
  });
  const command = subcommandOf('audit', positionals, values, {
    export: ['config', 'after', 'after-batch'],
    verify: ['config', 'head'],
  });
  const head = values.head === undefined ? undefined : readHead(values.head);
  const [after, afterBatch] = [readNumber('after', values.after), readNumber('after-batch', values['after-batch'])];
  if (after !== undefined && afterBatch !== undefined) {
    throw new UsageError('--after and --after-batch exclude each other: give one');
  }
  const config = storeConfigOf(values.config);
  return withStore(config, async (store) => {
    if (command === 'verify') return await verify(store, config.keysFile, head);
    const entries = afterBatch === undefined ? entriesAfter(store, after ?? 0) : sealedAfter(store, afterBatch);
    for await (const { seq, at, type, sub, detail, batch } of entries) {
      const line = JSON.stringify({ seq, at: new Date(at).toISOString(), type, sub, detail, batch });
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
    }
    return 0;
  });
}

function readNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${option} must be a number, such as 0`);
  return Number(text);
}

function readHead(text: string): Head {
  const [, number, hash] = /^(\d{1,15}):([\w-]{43})$/.exec(text) ?? [];
  if (number === undefined || hash === undefined) {
    throw new UsageError('--head must be N:HASH, as "latchkey audit verify" prints it');
  }
  return { number: Number(number), hash };
}

async function verify(store: Store, keysFile: string, expected: Head | undefined): Promise<number> {
  const { problems, entries, batches, unsealed, floor, redacted, head } = await verifyAudit(
    { store, ring: loadRing(keysFile) },
    expected,
  );
  for (const problem of problems) process.stderr.write(`latchkey: ${problem}\n`);
  const lines = [
    `checked   ${counted(entries, 'entry', 'entries')} in ${counted(batches, 'batch', 'batches')}`,
    ...(floor > 0 ? [`deleted   batches up to ${floor}, because of their age`] : []),
    ...(redacted > 0 ? [`erased    people, from ${counted(redacted, 'batch', 'batches')}`] : []),
    ...(unsealed > 0
      ? [`unsealed  ${counted(unsealed, 'entry', 'entries')}, which a running broker seals within seconds`]
      : []),
    ...(head ? [`head      ${head.number}:${head.hash}`] : []),
    problems.length === 0 ? 'The audit log is unchanged.' : 'The audit log was CHANGED.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return problems.length === 0 ? 0 : 1;
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

type Exported = StoredAuditEntry & { batch?: number };

async function* entriesAfter(store: Store, after: number): AsyncGenerator<Exported> {
  for (let last = after; ; ) {
    const entries = await store.auditAfter(last, page);
    yield* entries;
    if (entries.length < page) return;
    last = entries.at(-1)?.seq ?? last;
  }
}

/** A sealed batch never changes, so a collector that has read one has all of its entries. */
async function* sealedAfter(store: Store, after: number): AsyncGenerator<Exported> {
  for (let last = after; ; ) {
    const batches = await store.auditBatchesAfter(last, page);
    for (const { number } of batches) {
      for (const entry of await store.auditOfBatch(number)) yield { ...entry, batch: number };
    }
    if (batches.length < page) return;
    last = batches.at(-1)?.number ?? last;
  }
}
