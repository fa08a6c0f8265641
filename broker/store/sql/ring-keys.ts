import { sql } from 'kysely';
import type { SqlDatabase } from './database.ts';

const tables = ['sessions', 'deviceSessions', 'deviceGrants', 'signingKeys'] as const;

/** Implements `Store.countRingKeys`. */
export async function countRingKeys({ db }: SqlDatabase): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const table of tables) {
    const rows = await db
      .selectFrom(table)
      .select((eb) => ['ringKid', eb.fn.countAll<number>().as('rows')])
      .where('ringKid', 'is not', null)
      // A finished grant stays until it expires, but nothing of it is left to open.
      .$if(table === 'deviceGrants', (query) => query.where(sql.ref('state'), 'in', ['pending', 'allowed']))
      .groupBy('ringKid')
      .execute();
    for (const { ringKid, rows: count } of rows) {
      if (ringKid !== null) counts.set(ringKid, (counts.get(ringKid) ?? 0) + Number(count));
    }
  }
  return counts;
}
