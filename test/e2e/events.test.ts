import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../conformance/store/postgres.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { openEvents } from './kit/event-stream.ts';
import { startReplicas } from './kit/replicas.ts';
import { createSessionClient } from './kit/session-client.ts';

describe('GET /session/events', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startBrokerAndIdp();
  });
  afterAll(() => broker.close());

  const signedIn = async () => {
    const session = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
    await session.signIn();
    return session;
  };
  const consent = () => ({ origin: broker.origins.shop, resource: broker.origins.api, scope: 'orders:read' });
  const open = (session: Awaited<ReturnType<typeof signedIn>>, lastEventId?: string) =>
    openEvents(session, broker.origins.broker, { lastEventId });

  it('is a stream that no proxy keeps, for the session’s own key and cookie', async () => {
    const session = await signedIn();
    const events = await open(session);
    expect(events.response.status).toBe(200);
    expect(Object.fromEntries(events.response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    await events.close();
    const stranger = await createSessionClient(broker.origins.broker);
    expect((await stranger.call('GET', '/session/events')).body.error).toBe('invalid_session');
    const forged = { cookie: session.cookie };
    expect((await stranger.call('GET', '/session/events', undefined, forged)).body.error).toBe('invalid_session');
    expect(
      (await session.call('GET', '/session/events', undefined, { headers: { 'Latchkey-Client': '' } })).status,
    ).toBe(400);
  });

  it('tells of consents to every browser of the person, and ends with the session', async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    const [first, second] = [await open(one), await open(other)];
    await Promise.all([first.connected(), second.connected()]);
    await one.call('POST', '/session/consents', consent());
    await Promise.all([first.count(1), second.count(1)]);
    await one.call('DELETE', '/session/consents', { origin: broker.origins.shop });
    await Promise.all([first.count(2), second.count(2)]);
    await one.call('DELETE', '/session');
    expect(await first.ended).toEqual(['consent', 'consent', 'revoked']);
    expect(second.names).toEqual(['consent', 'consent']);
    await second.close();
  });

  it('goes on where a stream was cut, by Last-Event-ID', async () => {
    const session = await signedIn();
    const before = await open(session);
    await before.connected();
    await before.close();
    await session.call('POST', '/session/consents', consent());
    await session.call('DELETE', '/session/consents', { origin: broker.origins.shop });
    const after = await open(session, before.lastId);
    await after.count(2);
    expect(after.names).toEqual(['consent', 'consent']);
    const fresh = await open(session);
    await fresh.connected();
    expect(fresh.names).toEqual([]);
    await Promise.all([after.close(), fresh.close()]);
  });

  it('ends without a word for a session that was replaced, and not for the one that replaces it', async () => {
    const session = await signedIn();
    const old = await open(session);
    await old.connected();
    await session.signIn();
    expect(old.names).toEqual([]);
    const next = await open(session);
    expect(await old.ended).toEqual([]);
    await next.connected();
    expect(next.names).toEqual([]);
    await next.close();
  });

  it('is no activity: the idle expiry stays where it was', async () => {
    const session = await signedIn();
    const idle = async () => Number((await broker.rows('select max(idle_expires_at) as at from sessions'))[0]?.at);
    await broker.rows('update sessions set idle_expires_at = idle_expires_at - 3600000');
    const before = await idle();
    const events = await open(session);
    await events.connected();
    expect(events.response.headers.getSetCookie()).toEqual([]);
    expect(await idle()).toBe(before);
    await session.call('GET', '/session');
    expect(await idle()).toBeGreaterThan(before);
    await events.close();
  });

  it('is open four times a session: the oldest makes room', async () => {
    const session = await signedIn();
    const streams = [await open(session)];
    await streams[0]?.connected();
    // Closed streams don't count towards the limit.
    for (let count = 0; count < 6; count += 1) {
      const closed = await open(session);
      await closed.connected();
      await closed.close();
    }
    await session.call('POST', '/session/consents', consent());
    await streams[0]?.count(1);
    for (let count = 0; count < 4; count += 1) {
      const stream = await open(session);
      await stream.connected();
      streams.push(stream);
    }
    expect(await streams[0]?.ended).toEqual(['consent']);
    await session.call('DELETE', '/session');
    for (const stream of streams.slice(1)) expect(await stream.ended).toEqual(['revoked']);
  });
});

describe('two replicas on PostgreSQL', () => {
  it('tell each other', async () => {
    const server = await startPostgres();
    const replicas = await startReplicas({ count: 2, store: await server.database('events') });
    try {
      const { session } = await replicas.signIn();
      const [one, other] = replicas.replicas;
      const { broker } = replicas.origins;
      const events = await openEvents(session, broker, { at: one?.origin });
      await events.connected();
      const logout = await session.call('DELETE', '/session', undefined, other ? { at: other.origin } : {});
      expect(logout.status).toBe(200);
      expect(await events.ended).toEqual(['revoked']);
    } finally {
      await replicas.close();
      await server.stop();
    }
  });
});
