import type { Consent } from '../model.ts';
import type { ConsentStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';

export const consent = codec<Consent, 'scopes'>('scopes');

export const consents = ({ db, transaction }: SqlDatabase, reports: Reports): ConsentStore => ({
  async listConsents(sub) {
    const rows = await db
      .selectFrom('consents')
      .selectAll()
      .where('sub', '=', sub)
      .orderBy('origin')
      .orderBy('resource')
      .execute();
    return rows.map(consent.decode);
  },

  async grantConsents(consents, now, report) {
    const granted = await transaction(async (trx) => {
      const unions: Consent[] = [];
      for (const consent of consents) unions.push(await grant(trx, { ...consent, grantedAt: now }));
      await reports.write(trx, report);
      return unions;
    });
    reports.tell();
    return granted;
  },

  async revokeConsent({ sub, origin, resource }, report) {
    // Serializable, like granting: a concurrent grant must not restore consents that it read before this change.
    const revoked = await transaction(async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('consents')
        .where('sub', '=', sub)
        .where('origin', '=', origin)
        .$if(resource !== undefined, (query) => query.where('resource', '=', resource ?? ''))
        .executeTakeFirstOrThrow();
      if (numDeletedRows > 0n) await reports.write(trx, report);
      return Number(numDeletedRows);
    });
    reports.tell();
    return revoked;
  },
});

/** Adds to the existing consent, and clears a "never". */
async function grant(trx: Db, { sub, origin, resource, scopes, grantedAt }: Consent): Promise<Consent> {
  const known = await trx
    .selectFrom('consents')
    .selectAll()
    .where('sub', '=', sub)
    .where('origin', '=', origin)
    .where('resource', '=', resource)
    .executeTakeFirst();
  const before = known ? consent.decode(known).scopes : [];
  const union = { sub, origin, resource, scopes: [...new Set([...before, ...scopes])].sort(), grantedAt };
  const row = consent.encode(union);
  await trx
    .insertInto('consents')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['sub', 'origin', 'resource']).doUpdateSet({ scopes: row.scopes, grantedAt }),
    )
    .execute();
  await trx.updateTable('sites').set({ refusedAt: null }).where('sub', '=', sub).where('origin', '=', origin).execute();
  return union;
}
