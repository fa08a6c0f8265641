import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRing } from '../../broker/keys/ring.ts';
import { open, type SealContext } from '../../broker/keys/seal.ts';
import { sessionRowId } from '../../broker/session/session-secret.ts';
import { demoUsers } from '../../demo/users.ts';
import { lateClient } from '../chaos/scenarios/late-client.ts';
import { oneRefresh } from '../chaos/scenarios/one-refresh.ts';
import { outage } from '../chaos/scenarios/outage.ts';
import { allowDevice, beginDevice, pollDevice } from './kit/device-flow.ts';
import { type Postgres, startPostgres } from './kit/postgres.ts';
import { startReplicas } from './kit/replicas.ts';

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.close());

/** An empty database on the same server. */
async function database(name: string): Promise<string> {
  const url = new URL(postgres.url);
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}

const [ada] = demoUsers;
if (!ada) throw new Error('the demo has no people');

describe('three replicas on one PostgreSQL', () => {
  it('ask the provider once for 600 requests at the same time', async () => {
    const result = await oneRefresh({ store: await database('one_refresh') });
    expect(result).toEqual({ statuses: { 200: 600 }, upstreamRefreshes: 1, reuses: 0 });
  });

  it('redeem a device code once, under 100 polls at the same time', async () => {
    await using cleanUp = new AsyncDisposableStack();
    const replicas = await startReplicas({ count: 3, store: await database('device') });
    cleanUp.defer(() => replicas.close());
    const started = await beginDevice(replicas.origins.broker, 'tv');
    await allowDevice(replicas.origins, started.user_code, ada);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        pollDevice(replicas.replicas[n % 3]?.origin ?? '', 'tv', started.device_code),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.error))).toEqual(
      new Set(['invalid_grant']),
    );
  });
});

describe('a dump of the database together with the key file', () => {
  it('opens no refresh token', async () => {
    await using cleanUp = new AsyncDisposableStack();
    const store = await database('dump');
    const replicas = await startReplicas({ count: 1, store });
    cleanUp.defer(() => replicas.close());
    const { session } = await replicas.signIn();
    const started = await beginDevice(replicas.origins.broker, 'tv');
    await allowDevice(replicas.origins, started.user_code, ada);
    const pending = await beginDevice(replicas.origins.broker, 'tv');
    await allowDevice(replicas.origins, pending.user_code, ada);
    expect((await pollDevice(replicas.origins.broker, 'tv', started.device_code)).status).toBe(200);

    const rows = await dump(store);
    const ring = loadRing(replicas.keysFile);
    const refreshTokens = replicas.idp.store.identifiers('RefreshToken');
    expect(refreshTokens.length).toBeGreaterThanOrEqual(3);

    const text = JSON.stringify(rows);
    for (const token of refreshTokens) expect(text.includes(token)).toBe(false);

    // Everything that the attacker can try as a secret: nothing, each dumped value as text and bytes, and the key ring.
    const values = [...new Set(rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === 'string'))];
    const secrets = [
      undefined,
      ...values.flatMap((value) => [Buffer.from(value), Buffer.from(value, 'base64url')]),
      ...ring.all.map(({ key }) => key),
    ];
    const sealed = rows.filter((row) => typeof row.sealed_refresh === 'string');
    expect(sealed).toHaveLength(2);
    for (const row of sealed) {
      for (const { kid } of ring.all) {
        for (const purpose of ['session-refresh', 'device-refresh', 'page', 'signing-key'] as const) {
          for (const secret of secrets) {
            const context: SealContext = { purpose, id: String(row.id), ...(secret === undefined ? {} : { secret }) };
            expect(open(ring, context, { sealed: String(row.sealed_refresh), ringKid: kid })).toBeUndefined();
          }
        }
      }
    }
    expect(rows.filter((row) => typeof row.sealed_grant === 'string')).toHaveLength(1);

    // The same attempt with the browser's secret succeeds, which shows that the test above can fail.
    const [id = '', secret = ''] = (session.cookie.split('=')[1] ?? '').split('.');
    const rowId = sessionRowId({ id, secret: Buffer.from(secret, 'base64url') });
    const row = sealed.find((candidate) => candidate.id === rowId);
    const opened = open(
      ring,
      { purpose: 'session-refresh', id: rowId, secret: Buffer.from(secret, 'base64url') },
      { sealed: String(row?.sealed_refresh), ringKid: String(row?.ring_kid) },
    );
    expect(refreshTokens).toContain(opened);
  });
});

describe('a crash between the provider’s rotation and our commit', () => {
  it('is made good within the leeway; after it a person is needed, and nothing is used twice', async () => {
    // Long enough for the second attempt, even on a busy machine.
    expect(await lateClient({ store: await database('late_client'), leewayMs: 20_000 })).toEqual({
      inTime: { status: 200 },
      late: { status: 401, error: 'login_required' },
      reuses: 0,
    });
  });
});

describe('an outage of PostgreSQL', () => {
  it('is told by clean errors, and over without a restart; nothing is lost', async () => {
    const result = await outage({ postgres, downMs: 3_000 });
    expect(result).toMatchObject({ others: [], lost: 0, reuses: 0 });
    expect(result.cleanErrors).toBeGreaterThan(0);
    expect(result.recoveredAfterMs).toBeLessThan(10_000);
  });
});

/** Every row of every table. */
async function dump(store: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(store);
  await client.connect();
  const tables = await client.query<{ tablename: string }>(
    `select tablename from pg_tables where schemaname = 'public'`,
  );
  const rows: Record<string, unknown>[] = [];
  for (const { tablename } of tables.rows) rows.push(...(await client.query(`select * from "${tablename}"`)).rows);
  await client.end();
  return rows;
}
