import type { SessionCount } from '../store.ts';
import type { SqlDatabase } from './database.ts';

/** Implements `Store.countSessions`. */
export async function countSessions({ db }: SqlDatabase, now: number): Promise<SessionCount[]> {
  const counts: SessionCount[] = [];
  for (const [kind, table] of [
    ['session', 'sessions'],
    ['device', 'deviceSessions'],
  ] as const) {
    const rows = await db
      .selectFrom(table)
      .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
      .where('state', '!=', 'ended')
      .where('absoluteExpiresAt', '>', now)
      .groupBy('state')
      .execute();
    for (const { state, count } of rows) counts.push({ kind, state, count: Number(count) });
  }
  return counts;
}
