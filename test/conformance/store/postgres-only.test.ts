import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealAudit } from '../../../broker/audit/seal-audit.ts';
import { verifyAudit } from '../../../broker/audit/verify-audit.ts';
import { createRing } from '../../../broker/keys/ring.ts';
import { createStore } from '../../../broker/store/open.ts';
import { auditInserter } from '../../../broker/store/sql/audit.ts';
import { openPostgres } from '../../../broker/store/sql/postgres.ts';
import { createReports } from '../../../broker/store/sql/reports.ts';
import { revocations } from '../../../broker/store/sql/revocations.ts';
import { sqlStore } from '../../../broker/store/sql/sql-store.ts';
import { type NewSession, type Store, StoreUnavailableError } from '../../../broker/store/store.ts';
import { cuttable } from './cuttable.ts';
import { id, issuer, newPerson, newSession, parallel, t0 } from './harness.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';

let server: PostgresServer;
let line: Awaited<ReturnType<typeof cuttable>>;
let store: Store;
let direct: string;
const idle: Error[] = [];

beforeAll(async () => {
  server = await startPostgres();
  direct = await server.database('latchkey');
  const url = new URL(direct);
  line = await cuttable(Number(url.port));
  url.port = String(line.port);
  store = await createStore(url.href, { now: () => Number.NaN, poolSize: 4, onError: (error) => idle.push(error) });
  await store.migrate();
}, 60_000);

afterAll(async () => {
  await store.close();
  line.close();
  await server.stop();
});

beforeEach(() => line.mend());

const failure = (work: Promise<unknown>) => work.then(() => undefined).catch((error: unknown) => error);

describe('PostgreSQL out of reach', () => {
  it('is told by one error, without the password, and needs no restart', async () => {
    await store.ping();
    line.cut();
    for (const work of [store.ping(), store.getSession(id()), store.hit(id(), 1, t0)]) {
      const error = await failure(work);
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(String(error)).not.toContain('latchkey:latchkey');
    }
    line.mend();
    await store.ping();
  });

  it('is told where a transaction is cut, and what it wrote is gone or whole', async () => {
    const { sub } = await store.upsertPerson(newPerson(), t0);
    const grants = parallel(40, [store], (replica, n) =>
      failure(replica.grantConsents([{ sub, origin: `https://${n}.example.com`, resource: 'r', scopes: ['a'] }], t0)),
    );
    await new Promise((resolve) => setImmediate(resolve));
    line.cut();
    const errors = (await grants).filter((error) => error !== undefined);
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toBeInstanceOf(StoreUnavailableError);
    line.mend();
    expect((await store.listConsents(sub)).length).toBeGreaterThanOrEqual(40 - errors.length);
  });

  it('does not bring the process down when idle connections die', async () => {
    await parallel(4, [store], (replica) => replica.ping());
    idle.length = 0;
    line.cut();
    await expect.poll(() => idle.length).toBeGreaterThan(0);
  });

  it('is not said of what the statement is to blame for', async () => {
    const error = await failure(store.grantConsents([{ sub: 'nobody', origin: 'o', resource: 'r', scopes: [] }], t0));
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StoreUnavailableError);
  });
});

describe('PostgreSQL', () => {
  it('appends a revocation only when the one before it is there to be read', async () => {
    const database = await openPostgres({ url: direct });
    const { appendRevocation, revocationsAfter } = revocations(database, createReports(database, auditInserter()));
    const [first, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const appending = database.exclusively('revocations', async (trx) => {
      await trx.insertInto('revocations').values({ event: '{"n":1}', at: t0, expiresAt: t0 }).execute();
      begun.resolve();
      await first.promise;
    });
    await begun.promise;
    const second = appendRevocation({ n: 2 }, t0);
    const waiting = async () => {
      const query = sql<{ pid: number }>`select pid from pg_locks where locktype = 'advisory' and not granted`;
      return (await query.execute(database.db)).rows.length;
    };
    await expect.poll(waiting).toBe(1);
    first.resolve();
    await Promise.all([appending, second]);
    expect((await revocationsAfter(0, 10)).map(({ event }) => event)).toEqual([{ n: 1 }, { n: 2 }]);
    await database.db.destroy();
  });

  it('seals an audit entry that becomes visible after later ones were sealed', async () => {
    const database = await openPostgres({ url: direct });
    const store = sqlStore(database);
    const ring = createRing([{ kid: 'k1', key: Buffer.alloc(32, 1) }]);
    const quiet = () => undefined;
    const seal = () => sealAudit({ store, ring, now: () => t0, log: { info: quiet, warn: quiet, error: quiet } });
    const [commit, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const late = database.transaction(async (trx) => {
      await auditInserter()(trx, [{ type: 'late', detail: {} }], t0);
      begun.resolve();
      await commit.promise;
    });
    await begun.promise;
    await store.appendAudit({ type: 'early', detail: {} }, t0);
    const first = await seal();
    commit.resolve();
    await late;
    const second = await seal();
    expect(second?.number).toBe((first?.number ?? 0) + 1);
    expect(await store.auditOfBatch(second?.number ?? 0)).toMatchObject([{ type: 'late' }]);
    expect((await verifyAudit({ store, ring })).problems).toEqual([]);
    await store.close();
  });

  describe('with a sign-in that has looked for kills, but is not committed,', () => {
    const life = t0 + 3_600_000;
    const created = { at: t0, audit: [{ type: 'session.created', detail: {} }] };

    /** Holds the commit of a sign-in back while `work` runs. @returns what became of the session */
    async function whileInserting(session: NewSession, work: (store: Store) => Promise<unknown>) {
      const database = await openPostgres({ url: direct });
      const store = sqlStore(database);
      const [commit, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const holding = database.db.transaction().execute(async (trx) => {
        await sql`lock table audit in share mode`.execute(trx);
        held.resolve();
        await commit.promise;
      });
      await held.promise;
      const inserting = store.insertSession(session, created, t0);
      const waiting = async () => {
        const query = sql<{ pid: number }>`select pid from pg_locks where locktype = 'relation' and not granted`;
        return (await query.execute(database.db)).rows.length;
      };
      await expect.poll(waiting).toBe(1);
      await work(store);
      commit.resolve();
      await Promise.all([holding, inserting]);
      const state = (await store.getSession(session.id))?.state;
      await store.close();
      return state;
    }

    it('lets none slip through the end of everyone’s', async () => {
      const session = { ...newSession(await store.upsertPerson(newPerson(), t0)), upstream: id() };
      const how = { limit: 100, reason: 'why', now: t0, report: () => ({ at: t0 }) };
      const { upstream } = session;
      const state = await whileInserting(session, async (store) => {
        await store.addTombstone({ upstream, at: t0 }, life);
        await store.endSignInsWhere('session', { upstream }, how);
      });
      expect(state ?? 'refused').not.toBe('active');
    });

    it('lets none miss a hint', async () => {
      const person = await store.upsertPerson(newPerson(), t0);
      const state = await whileInserting(newSession(person), async (store) => {
        await store.addHint({ issuer, idpSub: person.idpSub }, t0, life);
        await store.recheckEverythingOf(person.sub);
      });
      expect(state).toBe('recheck');
    });
  });

  it('has a clock of its own, in whole milliseconds', async () => {
    const database = await openPostgres({ url: direct });
    const { rows } = await sql<{ now: number }>`select ${database.clock()} as now`.execute(database.db);
    expect(Number.isInteger(rows[0]?.now)).toBe(true);
    expect(Math.abs((rows[0]?.now ?? 0) - Date.now())).toBeLessThan(60_000);
    await database.db.destroy();
  });
});

describe('replicas on PostgreSQL', () => {
  it('wake each other, again after their connection was lost', async () => {
    line.mend();
    const other = await createStore(direct, { now: () => Number.NaN, poolSize: 1 });
    // Resolves for the listener whose connection is cut. The other store has its own connection.
    let heard = Promise.withResolvers<void>();
    const stop = store.onRevocation(() => heard.resolve());
    // The first call means that LISTEN is active.
    await heard.promise;
    heard = Promise.withResolvers();
    await other.appendRevocation({ type: 'policy' }, t0);
    await heard.promise;

    line.cut();
    line.mend();
    heard = Promise.withResolvers();
    // It also calls after a reconnect, because it may have missed notifications.
    await heard.promise;
    heard = Promise.withResolvers();
    await other.appendRevocation({ type: 'policy' }, t0);
    await heard.promise;
    stop();
    await other.close();
  });
});
