import { sql } from 'kysely';
import type { UnendedState, UpstreamGrant } from '../model.ts';
import type { RefreshStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { tableOf } from './grants.ts';
import { codec } from './row.ts';
import { tombstonesOver } from './tombstones.ts';

const grant = codec<UpstreamGrant, 'claims'>('claims');

/** The lease is a column, not a lock: if its holder dies, it stays in place until it expires. */
export const refresh = ({ db, clock, quick }: SqlDatabase): RefreshStore => ({
  async beginRefresh(kind, id, version, leaseMs) {
    const row = await db
      // Read the clock once, so `dbNow`, the lease, and the first-sent time share the same instant.
      .with(
        (cte) => cte('clock').materialized(),
        (qb) => qb.selectNoFrom(clock().as('now')),
      )
      .updateTable(tableOf(kind))
      .from('clock')
      .set((eb) => ({
        refreshingUntil: eb('clock.now', '+', leaseMs),
        refreshFirstSentAt: eb.fn.coalesce('refreshFirstSentAt', 'clock.now'),
      }))
      .where('id', '=', id)
      .where('version', '=', version)
      .where('state', '<>', 'ended')
      .where((eb) => eb.or([eb('refreshingUntil', 'is', null), eb('refreshingUntil', '<=', eb.ref('clock.now'))]))
      .returning(['refreshingUntil', 'refreshFirstSentAt'])
      .executeTakeFirst();
    const { refreshingUntil, refreshFirstSentAt } = row ?? {};
    if (typeof refreshingUntil !== 'number' || typeof refreshFirstSentAt !== 'number') return { taken: false };
    return { taken: true, lease: refreshingUntil, firstSentAt: refreshFirstSentAt, dbNow: refreshingUntil - leaseMs };
  },

  async commitRefresh(kind, id, { version, rechecks }, result) {
    const table = tableOf(kind);
    // One statement. If it misses a concurrent tombstone, the following `endSessionsOf` waits for this row and ends it.
    const { numUpdatedRows } = await db
      .updateTable(table)
      .set({
        ...grant.encode(result),
        state:
          result.claims === undefined
            ? sql<UnendedState>`case when ${sql.ref('state')} = 'active' then 'active' else 'recheck' end`
            : // A hint that arrived after the refresh began is not settled by it.
              sql<UnendedState>`case when ${sql.ref('rechecks')} = ${rechecks} then 'active' else 'recheck' end`,
        version: version + 1,
        refreshingUntil: null,
        refreshFirstSentAt: null,
        refreshFailures: 0,
        refreshFailure: null,
      })
      .where('id', '=', id)
      .where('version', '=', version)
      .where('state', '<>', 'ended')
      .where((eb) => {
        const column = <T>(name: string) => sql.ref<T>(`${table}.${name}`);
        const over = {
          issuer: column<string>('issuer'),
          upstream: column<string>('upstream'),
          sub: column<string>('sub'),
          sid: kind === 'session' ? column<string | null>('sid') : undefined,
          clientId: kind === 'device' ? column<string>('clientId') : undefined,
          issuedAt: column<number>('issuedAt'),
          beganAt: column<number>('createdAt'),
        };
        return eb.not(eb.exists(tombstonesOver(over)));
      })
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  },

  async renewRefresh(kind, id, version, { lease, leaseMs }) {
    const row = await quick((db) =>
      db
        .updateTable(tableOf(kind))
        .set({ refreshingUntil: sql`${clock()} + ${sql.lit(leaseMs)}` })
        .where('id', '=', id)
        .where('version', '=', version)
        .where('refreshingUntil', '=', lease)
        .returning('refreshingUntil')
        .executeTakeFirst(),
    );
    return row?.refreshingUntil ?? undefined;
  },

  async releaseRefresh(kind, id, version, { lease, clearFirstSent, failure }) {
    await db
      .updateTable(tableOf(kind))
      .set((eb) => ({
        refreshingUntil: null,
        ...(clearFirstSent ? { refreshFirstSentAt: null } : {}),
        ...(failure === undefined
          ? {}
          : { refreshFailures: eb('refreshFailures', '+', eb.lit(1)), refreshFailure: failure }),
      }))
      .where('id', '=', id)
      .where('version', '=', version)
      .where('refreshingUntil', '=', lease)
      .execute();
  },
});
