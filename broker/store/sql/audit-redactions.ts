import { sql } from 'kysely';
import type { RedactedBatch, StoredAuditEntry } from '../model.ts';
import type { AuditRedactionStore } from '../store.ts';
import { auditBatch, auditEntry, columns } from './audit.ts';
import type { SqlDatabase } from './database.ts';
import type { Db } from './schema.ts';

/** Batches per call, so that no transaction is long. */
const batchesPerCall = 200;

export const auditRedactions = ({ exclusively }: SqlDatabase): AuditRedactionStore => ({
  redactAudit: ({ sub, values }, { redact, contentHash, seal }) =>
    exclusively('audit', async (trx) => {
      const found = await mentioning(trx, sub, values);
      const changed = found.flatMap(({ batch, ...row }) => {
        const entry = redact(auditEntry.decode(row));
        return entry ? [{ batch, entry }] : [];
      });
      const sealed = [...new Set(changed.flatMap(({ batch }) => batch ?? []))].sort((a, b) => a - b);
      const now = new Set<number | null>([null, ...sealed.slice(0, batchesPerCall)]);
      for (const { batch, entry } of changed) if (now.has(batch)) await rewrite(trx, entry);
      const redacted: RedactedBatch[] = [];
      for (const number of sealed.slice(0, batchesPerCall)) {
        const row = await trx.selectFrom('auditBatches').selectAll().where('number', '=', number).executeTakeFirst();
        // Entries without their batch are none that a redaction could make good.
        if (row)
          redacted.push({
            number,
            hash: contentHash({ ...auditBatch.decode(row), entries: await entriesOf(trx, number) }),
          });
      }
      if (redacted.length === 0) return undefined;
      const last = await trx
        .selectFrom('auditBatches')
        .selectAll()
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow();
      const unsealed = { number: last.number + 1, previous: last.hash, floor: last.floor, redacted };
      const batch = { ...unsealed, ...seal({ ...unsealed, entries: [] }) };
      await trx.insertInto('auditBatches').values(auditBatch.encode(batch)).execute();
      return batch;
    }),
});

/** Entries about the person, or that may name them: `redact` looks closer. */
const mentioning = (trx: Db, sub: string, values: readonly string[]) =>
  trx
    .selectFrom('audit')
    .select([...columns, 'batch'])
    .where((eb) =>
      eb.or([
        eb('sub', '=', sub),
        ...values.map((value) => {
          // `lower` knows only ASCII in SQLite, and in PostgreSQL with the collation C: any other letter matches any text.
          const text = JSON.stringify(value)
            .slice(1, -1)
            .replace(/[\\%_]/g, '\\$&')
            .replace(/\P{ASCII}+/gu, '%')
            .toLowerCase();
          return sql<boolean>`lower(${sql.ref('detail')}) like ${`%${text}%`} escape '\\'`;
        }),
      ]),
    )
    .orderBy('seq')
    .execute();

const rewrite = (trx: Db, { seq, sub, detail }: StoredAuditEntry) =>
  trx
    .updateTable('audit')
    .set({ sub: sub ?? null, detail: JSON.stringify(detail) })
    .where('seq', '=', seq)
    .execute();

async function entriesOf(trx: Db, number: number): Promise<StoredAuditEntry[]> {
  const rows = await trx.selectFrom('audit').select(columns).where('batch', '=', number).orderBy('seq').execute();
  return rows.map(auditEntry.decode);
}
