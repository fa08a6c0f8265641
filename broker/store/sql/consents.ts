import type { Consent } from '../model.ts';
import type { ConsentStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';

export const consent = codec<Consent, 'scopes'>('scopes');

export const consents = ({ db, transaction }: SqlDatabase): ConsentStore => ({
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

  grantConsent({ sub, origin, resource, scopes }, now) {
    return transaction(async (trx) => {
      const known = await trx
        .selectFrom('consents')
        .selectAll()
        .where('sub', '=', sub)
        .where('origin', '=', origin)
        .where('resource', '=', resource)
        .executeTakeFirst();
      const before = known ? consent.decode(known).scopes : [];
      const union = { sub, origin, resource, scopes: [...new Set([...before, ...scopes])].sort(), grantedAt: now };
      const row = consent.encode(union);
      await trx
        .insertInto('consents')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['sub', 'origin', 'resource']).doUpdateSet({ scopes: row.scopes, grantedAt: now }),
        )
        .execute();
      await trx
        .updateTable('sites')
        .set({ refusedAt: null })
        .where('sub', '=', sub)
        .where('origin', '=', origin)
        .execute();
      return union;
    });
  },

  revokeConsent({ sub, origin, resource }) {
    // Serializable, like granting: a concurrent grant must not restore consents that it read before this change.
    return transaction(async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('consents')
        .where('sub', '=', sub)
        .where('origin', '=', origin)
        .$if(resource !== undefined, (query) => query.where('resource', '=', resource ?? ''))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    });
  },
});
