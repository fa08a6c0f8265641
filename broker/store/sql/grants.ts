import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { LogoutTarget, UnendedState, UpstreamGrant } from '../model.ts';
import type { GrantKind } from '../store.ts';
import type { Db, Schema } from './schema.ts';
import { tombstonesOver } from './tombstones.ts';

/**
 * Code shared by browser and device sessions. Both tables have `id` and the columns of `UpstreamGrant`. Kysely can't
 * type a query over one of two tables, so these queries are typed as one table and use only the shared columns.
 */
export const tableOf = (kind: GrantKind) => (kind === 'session' ? 'sessions' : 'deviceSessions') as 'sessions';

/** Initial column values of a grant. */
export const fresh = { state: 'active', version: 1, refreshFailures: 0, rechecks: 0 } as const;

/** Column values of an ended grant. */
const ending = (reason: string, now: number) =>
  ({
    state: 'ended',
    endReason: reason,
    endedAt: now,
    sealedRefresh: null,
    ringKid: null,
    refreshingUntil: null,
    refreshFirstSentAt: null,
  }) as const;

export async function endGrant(db: Db, kind: GrantKind, id: string, reason: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable(tableOf(kind))
    .set(ending(reason, now))
    .where('id', '=', id)
    .where('state', '<>', 'ended')
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

export async function endGrantsOf(
  trx: Db,
  kind: GrantKind,
  who: Holder,
  { olderThan, reason, now }: { olderThan: number; reason: string; now: number },
): Promise<string[]> {
  const rows = await trx
    .updateTable(tableOf(kind))
    .set(ending(reason, now))
    .where('state', '<>', 'ended')
    .where('issuedAt', '<=', olderThan)
    .where(isOf(who))
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** Selects rows by person, by client, or by provider session. Only device sessions have a client. */
export type Holder = { sub: string } | { clientId: string } | LogoutTarget;

/** Matches the rows of `who`. */
const isOf =
  (who: Holder) =>
  (eb: ExpressionBuilder<Schema, 'sessions'>): Expression<SqlBool> => {
    if ('sub' in who) return eb('sub', '=', who.sub);
    if ('clientId' in who) return sql<SqlBool>`${sql.ref('clientId')} = ${who.clientId}`;
    if ('sid' in who) return eb.and([eb('issuer', '=', who.issuer), eb('sid', '=', who.sid)]);
    const person = eb.selectFrom('people').where('issuer', '=', who.issuer).where('idpSub', '=', who.idpSub);
    return eb('sub', 'in', person.select('people.sub'));
  };

/** Deletes page sessions. They have the same owner columns as sessions, and no data to keep. */
export async function forgetPageSessionsOf(
  trx: Db,
  who: { sub: string } | LogoutTarget,
  olderThan: number,
): Promise<void> {
  await trx
    .deleteFrom('pageSessions' as 'sessions')
    .where('issuedAt', '<=', olderThan)
    .where(isOf(who))
    .execute();
}

export async function setGrantState(
  db: Db,
  kind: GrantKind,
  id: string,
  from: readonly UnendedState[],
  to: UnendedState,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable(tableOf(kind))
    .set((eb) => (to === 'recheck' ? { state: to, rechecks: eb('rechecks', '+', eb.lit(1)) } : { state: to }))
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** @param sid as in `tombstonesOver` */
export async function isTombstoned(
  trx: Db,
  grant: Pick<UpstreamGrant, 'issuer' | 'sub' | 'issuedAt'>,
  sid?: string,
): Promise<boolean> {
  const over = tombstonesOver({
    issuer: sql.val(grant.issuer),
    sub: sql.val(grant.sub),
    sid: sid === undefined ? undefined : sql.val(sid),
    issuedAt: sql.val(grant.issuedAt),
  });
  const { dead } = await trx.selectNoFrom((eb) => eb.exists(over).as('dead')).executeTakeFirstOrThrow();
  return Boolean(dead);
}
