import { emailKey } from '../email-key.ts';
import type { ErasureStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Reports } from './reports.ts';

/** Everything that names a person by the broker's subject. `people` comes last: the others refer to it. */
const tables = ['pageSessions', 'sessions', 'deviceSessions', 'deviceGrants', 'consents', 'sites', 'people'] as const;

export const erasure = ({ transaction }: SqlDatabase, reports: Reports): ErasureStore => ({
  async erasePerson({ sub, issuer, idpSub, email }, { now, forgetTombstonesAt, report }) {
    const erased = await transaction(async (trx) => {
      const counts: Record<string, number> = {};
      for (const table of tables) {
        const { numDeletedRows } = await trx
          .deleteFrom(table as 'people')
          .where('sub', '=', sub)
          .executeTakeFirstOrThrow();
        counts[table] = Number(numDeletedRows);
      }
      if (counts.people === 0) return undefined;
      const names = [idpSub, ...(email === undefined ? [] : [emailKey(email)])];
      await trx
        .updateTable('tombstones')
        .set({ expiresAt: forgetTombstonesAt })
        .where('issuer', '=', issuer)
        .where('kind', 'in', ['sub', 'no_sid', 'email', 'hint_sub', 'hint_email'])
        .where('value', 'in', names)
        .where('expiresAt', '>', forgetTombstonesAt)
        .execute();
      const { sessions = 0, deviceSessions: devices = 0, consents = 0, sites = 0 } = counts;
      const result = { sessions, devices, consents, sites };
      await reports.write(trx, report?.(result) ?? { at: now });
      return result;
    });
    reports.tell();
    return erased;
  },
});
