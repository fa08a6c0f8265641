import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grow } from '../chaos/scenarios/one-refresh.ts';
import { openEvents } from './kit/event-stream.ts';
import { hasPgbouncer, startPgbouncer } from './kit/pgbouncer.ts';
import { type Postgres, startPostgres } from './kit/postgres.ts';
import { type Replicas, startReplicas } from './kit/replicas.ts';
import { untilRefused } from './kit/until-refused.ts';

describe.skipIf(!hasPgbouncer())('PgBouncer between the brokers and PostgreSQL, in transaction mode', () => {
  let postgres: Postgres;
  let pooler: Awaited<ReturnType<typeof startPgbouncer>>;
  let replicas: Replicas;

  beforeAll(async () => {
    postgres = await startPostgres();
    pooler = await startPgbouncer(postgres.url);
    replicas = await startReplicas({ count: 2, store: pooler.url, lifetime: '5m', fresh: '15m' });
  });
  afterAll(async () => {
    await replicas?.close();
    await pooler?.close();
    await postgres?.close();
  });

  it('one refresh for all that ask at once, at both brokers', async () => {
    const person = await replicas.signIn();
    await person.token();
    await grow(postgres.url);
    const before = replicas.idp.counts.rotations;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => person.token(replicas.replicas[n % 2]?.origin)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(60).fill(200));
    expect(replicas.idp.counts).toMatchObject({ rotations: before + 1, reuses: 0 });
  });

  it('a sign-out at one broker reaches the stream at the other all the same', async () => {
    const person = await replicas.signIn();
    const [one, other] = replicas.replicas;
    const events = await openEvents(person.session, replicas.origins.broker, { at: other?.origin });
    await events.connected();
    const ended = await person.session.call('DELETE', '/session', undefined, { at: one?.origin });
    expect(ended.status).toBe(200);
    expect(await events.ended).toEqual(['revoked']);
  });

  it('a sign-out at one broker reaches /verify at the other, which knew the token', async () => {
    const person = await replicas.signIn();
    const refused = await untilRefused(replicas, person);
    expect(refused).toHaveLength(2);
  });
});
