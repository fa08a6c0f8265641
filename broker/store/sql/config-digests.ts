import type { ConfigDigests } from '../model.ts';
import type { ConfigStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';

const configDigests = codec<ConfigDigests, 'sections'>('sections');

/** There is one row: brokers of one database have one configuration. */
const name = 'last';

export const configs = ({ exclusively }: SqlDatabase, reports: Reports): ConfigStore => ({
  async replaceConfigDigests(replace) {
    await exclusively('config', async (trx) => {
      const row = await trx
        .selectFrom('configDigests')
        .select(['ringKid', 'sections'])
        .where('name', '=', name)
        .executeTakeFirst();
      const { digests, report } = replace(row && configDigests.decode(row));
      const values = configDigests.encode(digests);
      await trx
        .insertInto('configDigests')
        .values({ name, ...values })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
        .execute();
      await reports.write(trx, report);
    });
  },
});
