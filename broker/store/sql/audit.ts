import type { StoredAuditEntry } from '../model.ts';
import type { AuditStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';

const auditEntry = codec<StoredAuditEntry, 'detail'>('detail');

export const audit = ({ db }: SqlDatabase): AuditStore => ({
  async appendAudit(entry, now) {
    await db
      .insertInto('audit')
      .values({ ...auditEntry.encode(entry), at: now })
      .execute();
  },

  async auditAfter(seq, limit) {
    const rows = await db.selectFrom('audit').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute();
    return rows.map(auditEntry.decode);
  },
});
