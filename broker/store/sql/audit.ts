import { currentSpan } from '../../trace/current-span.ts';
import type { AuditBatch, AuditEntry, Operator, StoredAuditEntry } from '../model.ts';
import type { AuditStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';

export const columns = ['seq', 'at', 'type', 'sub', 'detail'] as const;
export const auditEntry = codec<StoredAuditEntry, 'detail'>('detail');
export const auditBatch = codec<AuditBatch, 'redacted'>('redacted');

/** Rows per statement: both databases limit the number of parameters. */
const rowsPerInsert = 500;

/**
 * Inserts audit entries, with the ID of the request that made the change, if one did. Pass the transaction of the change
 * as `db`.
 */
export type InsertAudit = (db: Db, entries: readonly AuditEntry[], now: number) => Promise<void>;

/** @param operator who runs the command, if it is one */
export const auditInserter =
  (operator?: Operator): InsertAudit =>
  async (db, entries, now) => {
    const request = currentSpan()?.traceId;
    for (let from = 0; from < entries.length; from += rowsPerInsert) {
      const rows = entries.slice(from, from + rowsPerInsert).map(({ type, sub, detail }) => {
        const named = {
          ...(request === undefined ? {} : { request_id: request }),
          ...detail,
          ...(operator === undefined ? {} : { operator }),
        };
        return { ...auditEntry.encode({ type, detail: named }), sub: sub ?? null, at: now };
      });
      await db.insertInto('audit').values(rows).execute();
    }
  };

/** Batches deleted per call, so that no transaction is long. */
const deletedPerCall = 100;

export const audit = ({ db, exclusively }: SqlDatabase, insert: InsertAudit): AuditStore => ({
  appendAudit: (entry, now) => insert(db, [entry], now),

  async auditAfter(seq, limit) {
    const rows = await db
      .selectFrom('audit')
      .select(columns)
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map(auditEntry.decode);
  },

  async auditOf(sub, { before = Number.MAX_SAFE_INTEGER, limit }) {
    const rows = await db
      .selectFrom('audit')
      .select(columns)
      .where('sub', '=', sub)
      .where('seq', '<', before)
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map(auditEntry.decode);
  },

  async sealAudit({ limit, deleteBefore, seal }) {
    // Most calls find nothing. They need no lock.
    const isDue = await db
      .selectNoFrom((eb) =>
        eb
          .or([
            eb.exists(eb.selectFrom('audit').select('seq').where('batch', 'is', null)),
            eb.exists(
              eb
                .selectFrom('auditBatches')
                .select('number')
                .where('at', '<', deleteBefore ?? 0),
            ),
          ])
          .as('due'),
      )
      .executeTakeFirstOrThrow();
    if (!isDue.due) return undefined;

    return exclusively('audit', async (trx) => {
      const last = await trx
        .selectFrom('auditBatches')
        .selectAll()
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst();
      const rows = await trx
        .selectFrom('audit')
        .select(columns)
        .where('batch', 'is', null)
        .orderBy('seq')
        .limit(limit)
        .execute();
      const known = last?.floor ?? 0;
      const old = await trx
        .selectFrom('auditBatches')
        .select((eb) => eb.fn.max('number').as('number'))
        .where('at', '<', deleteBefore ?? 0)
        .where('number', '<=', known + deletedPerCall)
        .executeTakeFirst();
      const floor = Math.max(known, Number(old?.number ?? 0));
      if (rows.length === 0 && floor === known) return undefined;

      const unsealed = { number: (last?.number ?? 0) + 1, previous: last?.hash ?? '', floor };
      const batch = { ...unsealed, ...seal({ ...unsealed, entries: rows.map(auditEntry.decode) }) };
      await trx.insertInto('auditBatches').values(auditBatch.encode(batch)).execute();
      for (let from = 0; from < rows.length; from += rowsPerInsert) {
        const seqs = rows.slice(from, from + rowsPerInsert).map(({ seq }) => seq);
        await trx.updateTable('audit').set({ batch: batch.number }).where('seq', 'in', seqs).execute();
      }
      await trx.deleteFrom('audit').where('batch', '<=', floor).execute();
      await trx.deleteFrom('auditBatches').where('number', '<=', floor).execute();
      return batch;
    });
  },

  async auditBatchesAfter(number, limit) {
    const batches = db.selectFrom('auditBatches').selectAll().where('number', '>', number);
    return (await batches.orderBy('number').limit(limit).execute()).map(auditBatch.decode);
  },

  async lastAuditBatch() {
    const last = await db.selectFrom('auditBatches').selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst();
    return last && auditBatch.decode(last);
  },

  async auditOfBatch(number) {
    const rows = await db.selectFrom('audit').select(columns).where('batch', '=', number).orderBy('seq').execute();
    return rows.map(auditEntry.decode);
  },

  async countLooseAudit() {
    const count = db.selectFrom('audit').select((eb) => eb.fn.countAll<number>().as('entries'));
    const unsealed = await count.where('batch', 'is', null).executeTakeFirstOrThrow();
    const orphaned = await count
      .where('batch', 'is not', null)
      .where('batch', 'not in', (eb) => eb.selectFrom('auditBatches').select('number'))
      .executeTakeFirstOrThrow();
    return { unsealed: Number(unsealed.entries), orphaned: Number(orphaned.entries) };
  },
});
