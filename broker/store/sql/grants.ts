import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { LogoutTarget, Report, SignInFilter, UnendedState, UpstreamGrant } from '../model.ts';
import type { EndedSignIn, GrantKind } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Reports } from './reports.ts';
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

/** Ends one grant and writes the report with it. */
export async function endReported(
  { transaction }: Pick<SqlDatabase, 'transaction'>,
  reports: Reports,
  kind: GrantKind,
  { id, reason, now, report }: { id: string; reason: string; now: number; report: Report | undefined },
): Promise<boolean> {
  const ended = await transaction(async (trx) => {
    const isEnded = await endGrant(trx, kind, id, reason, now);
    if (isEnded) await reports.write(trx, report);
    return isEnded;
  });
  reports.tell();
  return ended;
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

/** Ends at most `limit` grants that match. */
export async function endGrantsWhere(
  trx: Db,
  kind: GrantKind,
  filter: SignInFilter,
  { limit, reason, now }: { limit: number; reason: string; now: number },
): Promise<EndedSignIn[]> {
  const some = trx
    .selectFrom(tableOf(kind))
    .select('id')
    .where('state', '<>', 'ended')
    .where(matches(filter))
    .limit(limit);
  return trx
    .updateTable(tableOf(kind))
    .set(ending(reason, now))
    .where('id', 'in', some)
    .where('state', '<>', 'ended')
    .returning(['id', 'sub'])
    .execute();
}

const matches =
  ({ upstream, ringKid, createdBefore }: SignInFilter) =>
  (eb: ExpressionBuilder<Schema, 'sessions'>): Expression<SqlBool> =>
    eb.and([
      ...(upstream === undefined ? [] : [eb('upstream', '=', upstream)]),
      ...(ringKid === undefined ? [] : [eb('ringKid', '=', ringKid)]),
      ...(createdBefore === undefined ? [] : [eb('createdAt', '<', createdBefore)]),
    ]);

/** Deletes page sessions that match. No ring key seals them. They last for minutes, so their sign-in is their start. */
export async function forgetPageSessionsWhere(
  trx: Db,
  { upstream, ringKid, createdBefore }: SignInFilter,
): Promise<void> {
  if (ringKid !== undefined) return;
  await trx
    .deleteFrom('pageSessions')
    .$if(upstream !== undefined, (query) => query.where('upstream', '=', upstream ?? ''))
    .$if(createdBefore !== undefined, (query) => query.where('issuedAt', '<', createdBefore ?? 0))
    .execute();
}

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
  grant: Pick<UpstreamGrant, 'issuer' | 'upstream' | 'sub' | 'issuedAt'>,
  sid?: string,
): Promise<boolean> {
  const over = tombstonesOver({
    issuer: sql.val(grant.issuer),
    upstream: sql.val(grant.upstream),
    sub: sql.val(grant.sub),
    sid: sid === undefined ? undefined : sql.val(sid),
    issuedAt: sql.val(grant.issuedAt),
  });
  const { dead } = await trx.selectNoFrom((eb) => eb.exists(over).as('dead')).executeTakeFirstOrThrow();
  return Boolean(dead);
}
