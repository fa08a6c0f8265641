import type { Site } from '../model.ts';
import type { SiteStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';

export const site = codec<Site, never>();

export const sites = ({ db, transaction, quick }: SqlDatabase, reports: Reports): SiteStore => ({
  async listSites(sub) {
    const rows = await db.selectFrom('sites').selectAll().where('sub', '=', sub).orderBy('origin').execute();
    return rows.map(site.decode);
  },

  async refuseSite({ sub, origin }, now, report) {
    const refused = await transaction(async (trx) => {
      await trx.deleteFrom('consents').where('sub', '=', sub).where('origin', '=', origin).execute();
      const news = await trx
        .insertInto('sites')
        .values({ sub, origin, refusedAt: now, lastUsedAt: null, lastUsedFrom: null })
        .onConflict((conflict) =>
          conflict.columns(['sub', 'origin']).doUpdateSet({ refusedAt: now }).where('sites.refusedAt', 'is', null),
        )
        .returning('origin')
        .executeTakeFirst();
      if (news) await reports.write(trx, report);
      return news !== undefined;
    });
    reports.tell();
    return refused;
  },

  async letSiteAsk({ sub, origin }, report) {
    const changed = await transaction(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('sites')
        .set({ refusedAt: null })
        .where('sub', '=', sub)
        .where('origin', '=', origin)
        .where('refusedAt', 'is not', null)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows > 0n) await reports.write(trx, report);
      return numUpdatedRows > 0n;
    });
    reports.tell();
    return changed;
  },

  async touchSite({ sub, origin }, { at, from }) {
    const use = { lastUsedAt: at, lastUsedFrom: from ?? null };
    await quick((db) =>
      db
        .insertInto('sites')
        .values({ sub, origin, refusedAt: null, ...use })
        .onConflict((conflict) =>
          conflict
            .columns(['sub', 'origin'])
            .doUpdateSet(use)
            .where(({ eb, or }) => or([eb('sites.lastUsedAt', 'is', null), eb('sites.lastUsedAt', '<', at)])),
        )
        .execute(),
    );
  },
});
