import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { emailKey } from '../email-key.ts';
import type { LogoutTarget, Report, SignInFilter, UnendedState, UpstreamGrant } from '../model.ts';
import type { EndedSignIn, GrantKind } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Reports } from './reports.ts';
import type { Db, Schema } from './schema.ts';
import { type Dated, hintsAbout, tombstonesOver } from './tombstones.ts';

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
): Promise<EndedSignIn[]> {
  return trx
    .updateTable(tableOf(kind))
    .set(ending(reason, now))
    .where('state', '<>', 'ended')
    .where('issuedAt', '<=', olderThan)
    .where(isOf(who))
    .returning(['id', 'sub'])
    .execute();
}

/** Selects rows. Only device sessions have a client, and only browser sessions have a predecessor. */
export type Holder = { browser: string } | { sub: string } | { clientId: string } | LogoutTarget;

/** Matches the rows of `who`. */
const isOf =
  (who: Holder) =>
  (eb: ExpressionBuilder<Schema, 'sessions'>): Expression<SqlBool> => {
    if ('browser' in who) {
      const { browser } = who;
      const replaced = eb.selectFrom('sessions as own').select('own.predecessor').where('own.id', '=', browser);
      return eb.or([eb('id', '=', browser), eb('predecessor', '=', browser), eb('id', '=', replaced)]);
    }
    if ('sub' in who) return eb('sub', '=', who.sub);
    if ('clientId' in who) return sql<SqlBool>`${sql.ref('clientId')} = ${who.clientId}`;
    const { issuer } = who;
    const people = eb.selectFrom('people').select('people.sub').where('people.issuer', '=', issuer);
    if ('email' in who) return eb('sub', 'in', people.where('emailKey', '=', emailKey(who.email)));
    if (!('sid' in who)) return eb('sub', 'in', people.where('idpSub', '=', who.idpSub));
    const ofSession = eb.and([eb('issuer', '=', issuer), eb('sid', '=', who.sid)]);
    if (who.idpSub === undefined) return ofSession;
    // The provider named no session for these sign-ins, so any of them may be meant.
    const unnamed = eb.and([eb('sid', 'is', null), eb('sub', 'in', people.where('idpSub', '=', who.idpSub))]);
    return eb.or([ofSession, unnamed]);
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
  who: { browser: string } | { sub: string } | LogoutTarget,
  olderThan: number,
): Promise<void> {
  if ('browser' in who) return;
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

/** Marks everything of a person for a recheck. @returns how many rows */
export async function recheckGrantsOf(trx: Db, kind: GrantKind, sub: string): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable(tableOf(kind))
    .set((eb) => ({ state: 'recheck', rechecks: eb('rechecks', '+', eb.lit(1)) }))
    .where('sub', '=', sub)
    // Rows that are marked already are marked again: their request to the provider may predate this hint.
    .where('state', 'in', ['active', 'recheck'])
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/** A grant that is about to be stored. */
type NewGrant = Pick<UpstreamGrant, 'issuer' | 'upstream' | 'sub' | 'issuedAt'>;

interface Origin {
  /** By the broker's clock. */
  beganAt: number;
  /** `null` if the provider named no session; absent for grants that outlive it. */
  sid?: string | null | undefined;
  clientId?: string | undefined;
}

/** Whether a grant must not be stored, because it has been ended since it began. */
export const isTombstoned = (trx: Db, grant: NewGrant, origin: Origin): Promise<boolean> =>
  exists(trx, tombstonesOver(dated(grant, origin)));

/** The initial state of a grant: a hint that came since it began makes the provider be asked before anything else. */
export async function initialState(trx: Db, grant: NewGrant, origin: Origin) {
  const isHinted = await exists(trx, hintsAbout(dated(grant, origin)));
  return isHinted ? ({ ...fresh, state: 'recheck', rechecks: 1 } as const) : fresh;
}

const dated = ({ issuer, upstream, sub, issuedAt }: NewGrant, { beganAt, sid, clientId }: Origin): Dated => ({
  issuer: sql.val(issuer),
  upstream: sql.val(upstream),
  sub: sql.val(sub),
  sid: sid === undefined ? undefined : sql<string | null>`cast(${sid} as text)`,
  clientId: clientId === undefined ? undefined : sql.val(clientId),
  issuedAt: sql.val(issuedAt),
  beganAt: sql.val(beganAt),
});

async function exists(trx: Db, query: ReturnType<typeof tombstonesOver>): Promise<boolean> {
  const { found } = await trx.selectNoFrom((eb) => eb.exists(query).as('found')).executeTakeFirstOrThrow();
  return Boolean(found);
}
