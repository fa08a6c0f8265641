import type { AuditEntry, StoredAuditEntry } from '../model.ts';
import type { AuditStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';

const auditEntry = codec<StoredAuditEntry, 'detail'>('detail');

/** Inserts an audit entry. Pass a transaction as `db` to write it atomically with the audited change. */
export async function insertAudit(db: Db, entry: AuditEntry, now: number): Promise<void> {
  await db
    .insertInto('audit')
    .values({ ...auditEntry.encode(entry), at: now })
    .execute();
}

export const audit = ({ db }: SqlDatabase): AuditStore => ({
  appendAudit: (entry, now) => insertAudit(db, entry, now),

  async auditAfter(seq, limit) {
    const rows = await db.selectFrom('audit').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute();
    return rows.map(auditEntry.decode);
  },
});
