import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRing } from '../keys/ring.ts';
import type { LogLine } from '../log.ts';
import type { SqlDatabase } from '../store/sql/database.ts';
import { sqlStore } from '../store/sql/sql-store.ts';
import { openSqlite } from '../store/sql/sqlite.ts';
import type { Store } from '../store/store.ts';
import { batchHash } from './chain.ts';
import { redactPerson } from './redact-person.ts';
import { createAuditSealer, sealAudit } from './seal-audit.ts';
import { verifyAudit } from './verify-audit.ts';

const day = 86_400_000;
const [older, newer] = [
  { kid: 'k1', key: randomBytes(32) },
  { kid: 'k2', key: randomBytes(32) },
];
const ring = createRing([older]);
let clock: number;
let database: SqlDatabase;
let store: Store;
let lines: LogLine[];
const note = (line: LogLine) => void lines.push(line);
const now = () => clock;
const parts = () => ({ store, ring, now, log: { info: note, warn: note, error: note } });
const events = () => lines.map(({ event }) => event);

beforeEach(async () => {
  clock = 1_800_000_000_000;
  lines = [];
  database = openSqlite({ path: ':memory:', now });
  store = sqlStore(database);
  await store.migrate();
});
afterEach(() => store.close());

/** Three batches of three entries, a day apart. */
async function threeBatches(keepMs?: number): Promise<void> {
  for (let batch = 1; batch <= 3; batch += 1) {
    for (let n = 1; n <= 3; n += 1) {
      await store.appendAudit({ type: 'session.created', sub: `ada${n}`, detail: { batch, n } }, clock);
    }
    await sealAudit(parts(), { keepMs });
    clock += day;
  }
}
const verify = async (keys = ring, head?: { number: number; hash: string }) =>
  (await verifyAudit({ store, ring: keys }, head)).problems;
const run = (statement: string) => sql.raw(statement).execute(database.db);

describe('the audit log', () => {
  it('is unchanged when nobody has changed it, and says how far it is checked', async () => {
    expect(await verifyAudit({ store, ring })).toEqual({
      problems: [],
      entries: 0,
      batches: 0,
      unsealed: 0,
      floor: 0,
      redacted: 0,
      head: undefined,
    });
    await threeBatches();
    await store.appendAudit({ type: 'later', detail: {} }, clock);
    const result = await verifyAudit({ store, ring });
    expect(result).toMatchObject({ problems: [], entries: 9, batches: 3, unsealed: 1, head: { number: 3 } });
    expect(await verify(ring, result.head)).toEqual([]);
  });

  it.each([
    ['an edited detail', `update audit set detail = '{"batch":2,"n":9}' where seq = 5`, 'Batch 2 was changed'],
    ['an edited person', `update audit set sub = 'grace' where seq = 5`, 'Batch 2 was changed'],
    ['an edited type', `update audit set type = 'x' where seq = 5`, 'Batch 2 was changed'],
    ['an edited time', 'update audit set at = at + 1 where seq = 5', 'Batch 2 was changed'],
    ['a removed entry', 'delete from audit where seq = 5', 'Batch 2 was changed'],
    ['an added entry', `insert into audit (at, type, detail, batch) values (1, 'x', '{}', 2)`, 'Batch 2 was changed'],
    ['an entry that was taken out of its batch', 'update audit set batch = null where seq = 5', 'Batch 2 was changed'],
    ['an entry in another batch', 'update audit set batch = 3 where seq = 5', 'Batch 3 was changed'],
    ['an entry of no batch', `insert into audit (at, type, detail, batch) values (1, 'x', '{}', 7)`, 'do not exist'],
    ['a removed batch', 'delete from audit where batch = 2; delete from audit_batches where number = 2', 'missing'],
    ['a removed beginning', 'delete from audit where batch = 1; delete from audit_batches where number = 1', 'begins'],
    ['a pretended retention', 'update audit_batches set floor = 1 where number = 3', 'Batch 3 was changed'],
    ['another time of sealing', 'update audit_batches set at = at + 1 where number = 2', 'Batch 2 was changed'],
    ['another MAC', `update audit_batches set mac = 'x' where number = 2`, 'not sealed with the key k1'],
    ['a key that nobody has', `update audit_batches set ring_kid = 'x' where number = 3`, 'not in the key file'],
  ])('shows %s', async (_, statements, problem) => {
    await threeBatches();
    for (const statement of statements.split('; ')) await run(statement);
    expect((await verify()).join(' ')).toContain(problem);
  });

  it('shows a batch that was written anew with all that follows, since nobody has the key', async () => {
    await threeBatches();
    await run(`update audit set detail = '{}' where seq = 5`);
    const [, second, third] = await store.auditBatchesAfter(0, 10);
    if (!second || !third) throw new Error('there are no batches');
    const hash = batchHash({ ...second, entries: await store.auditOfBatch(2) });
    await run(`update audit_batches set hash = '${hash}' where number = 2`);
    const next = batchHash({ ...third, previous: hash, entries: await store.auditOfBatch(3) });
    await run(`update audit_batches set previous = '${hash}', hash = '${next}', ring_kid = 'x' where number = 3`);
    expect(await verify()).toEqual([
      'Batch 2 was not sealed with the key k1.',
      'The last batch is sealed with the key x, which is not in the key file.',
    ]);
  });

  it('shows that its end was cut off to who knows an earlier end', async () => {
    await threeBatches();
    const { head } = await verifyAudit({ store, ring });
    await run('delete from audit where batch = 3');
    await run('delete from audit_batches where number = 3');
    expect(await verify()).toEqual([]);
    expect(await verify(ring, head)).toEqual([expect.stringContaining('its end was cut off')]);
  });

  it('stays verifiable when the old key is gone, because the new one vouches for all before it', async () => {
    await threeBatches();
    const both = createRing([newer, older]);
    await store.appendAudit({ type: 'keys.sealing_rotated', detail: {} }, clock);
    await sealAudit({ ...parts(), ring: both });
    expect(await verify(createRing([newer]))).toEqual([]);
    await run(`update audit set sub = 'grace' where seq = 5`);
    expect(await verify(createRing([newer]))).toEqual([expect.stringContaining('Batch 2 was changed')]);
  });

  it.each([
    [
      'puts back what was erased',
      `update audit set sub = 'ada1', detail = '{"batch":1,"n":1}' where seq = 1`,
      'Batch 1 was changed',
    ],
    ['changes what was left', `update audit set detail = '{}' where seq = 2`, 'Batch 1 was changed'],
    [
      'pretends that another batch was redacted',
      `update audit set detail = '{}' where seq = 7; update audit_batches set redacted = '[{"number":3,"hash":"x"}]' where number = 4`,
      'Batch 4 was changed',
    ],
    [
      'takes the record of the redaction away',
      'update audit_batches set redacted = null where number = 4',
      'Batch 4 was changed',
    ],
  ])('shows somebody who %s after a person was erased', async (_, statements, problem) => {
    await threeBatches();
    expect(await redactPerson(parts(), { sub: 'ada1', idpSub: 'ada', email: undefined })).toBe(3);
    expect(await verify()).toEqual([]);
    for (const statement of statements.split('; ')) await run(statement);
    expect((await verify()).join(' ')).toContain(problem);
  });

  it('loses what is too old, and stays verifiable', async () => {
    await threeBatches(1.5 * day);
    const { problems, floor, batches, entries } = await verifyAudit({ store, ring });
    expect({ problems, floor, batches, entries }).toEqual({ problems: [], floor: 1, batches: 2, entries: 6 });
    expect((await store.auditAfter(0, 100)).map(({ detail }) => detail.batch)).toEqual([2, 2, 2, 3, 3, 3]);

    // There are no new entries, but expired ones are still deleted, and the deletion is sealed.
    await sealAudit(parts(), { keepMs: 1.5 * day });
    expect(await verifyAudit({ store, ring })).toMatchObject({ problems: [], floor: 2, batches: 2, entries: 3 });
    await run('delete from audit where batch = 3');
    await run('delete from audit_batches where number = 3');
    expect(await verify()).toEqual([expect.stringContaining('begins at batch 4')]);
  });
});

describe('a running broker', () => {
  it('seals what there is, and logs the end of the chain', async () => {
    const sealer = createAuditSealer(parts());
    await sealer.run({});
    expect(lines).toEqual([]);
    await store.appendAudit({ type: 'x', detail: {} }, clock);
    await sealer.run({});
    const { head } = await verifyAudit({ store, ring });
    expect(lines).toEqual([{ event: 'audit_sealed', batch: 1, hash: head?.hash, deleted_through: 0 }]);
  });

  it('notices that the last batches were deleted to have their entries sealed anew', async () => {
    const sealer = createAuditSealer(parts());
    await store.appendAudit({ type: 'x', detail: {} }, clock);
    await sealer.run({});
    await run(`update audit set type = 'y', batch = null`);
    await run('delete from audit_batches');
    await sealer.run({});
    expect(events()).toEqual(['audit_sealed', 'audit_rewritten', 'audit_sealed']);
  });

  it('takes what another replica sealed or deleted for no change', async () => {
    const sealer = createAuditSealer(parts());
    for (let n = 0; n < 3; n += 1) {
      await store.appendAudit({ type: 'x', detail: { n } }, clock);
      await sealer.run({});
      clock += day;
      await sealAudit(parts(), { keepMs: day / 2 });
    }
    await sealer.run({});
    expect(events()).not.toContain('audit_rewritten');
  });

  it('tries again where the store was away', async () => {
    const sealer = createAuditSealer(parts());
    await store.appendAudit({ type: 'x', detail: {} }, clock);
    const { lastAuditBatch } = store;
    store.lastAuditBatch = () => Promise.reject(new Error('away'));
    await sealer.run({});
    expect(events()).toEqual(['audit_unsealed']);
    store.lastAuditBatch = lastAuditBatch;
    await sealer.run({});
    expect(events()).toEqual(['audit_unsealed', 'audit_sealed']);
  });
});
