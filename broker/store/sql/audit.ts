import type { AuditEntry, StoredAuditEntry } from '../model.ts';
import type { AuditStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';

const auditEntry = codec<StoredAuditEntry, 'detail'>('detail');

/** Rows per statement: both databases limit the number of parameters. */
const rowsPerInsert = 500;

/** Inserts audit entries. Pass the transaction of the audited change as `db`. */
export async function insertAudit(db: Db, entries: readonly AuditEntry[], now: number): Promise<void> {
  for (let from = 0; from < entries.length; from += rowsPerInsert) {
    const rows = entries.slice(from, from + rowsPerInsert);
    await db
      .insertInto('audit')
      .values(rows.map((entry) => ({ ...auditEntry.encode(entry), sub: entry.sub ?? null, at: now })))
      .execute();
  }
}

export const audit = ({ db }: SqlDatabase): AuditStore => ({
  appendAudit: (entry, now) => insertAudit(db, [entry], now),

  async auditAfter(seq, limit) {
    const rows = await db.selectFrom('audit').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute();
    return rows.map(auditEntry.decode);
  },
});
