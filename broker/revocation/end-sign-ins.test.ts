import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import { allowedGrant, newDeviceSession, newSession } from '../../test/conformance/store/harness.ts';
import { revokeNamed } from '../cli/revoke-sessions.ts';
import type { Person } from '../store/store.ts';
import { auditEach, type Ending, type EndingDeps, endSignIns, endSignInsOfAll } from './end-sign-ins.ts';

const reason = 'administrator';
const result = { sealedRefresh: 'sealed', ringKid: 'ring-1', claims: { groups: [] } };

let broker: InProcessBroker;
let person: Person;
/** The steps in order. */
let steps: string[];
let deps: EndingDeps;

beforeEach(async () => {
  broker = await brokerInProcess('resources: {}');
  const { store, config, now } = broker.deps;
  const known = { issuer: 'https://acme.okta.com', idpSub: 'ada', upstream: 'okta', name: 'Ada', email: undefined };
  const { sub } = await store.upsertPerson({ ...known, newSub: 'ada' }, now());
  const found = await store.getPerson(sub);
  if (!found) throw new Error('there is no person');
  person = found;
  steps = [];
  const noted = <Args extends unknown[], Result>(name: string, step: (...args: Args) => Promise<Result>) => {
    return async (...args: Args) => {
      steps.push(name);
      return await step(...args);
    };
  };
  deps = {
    config,
    now,
    store: {
      ...store,
      addTombstone: noted('tombstone', store.addTombstone),
      endSession: noted('one browser', store.endSession),
      endSessionsOf: noted('browsers', store.endSessionsOf),
      denyGrantsOf: noted('grants', store.denyGrantsOf),
      endDeviceSession: noted('one device', store.endDeviceSession),
      endDeviceSessionsOf: noted('devices', store.endDeviceSessionsOf),
    },
  };
});
afterEach(() => broker.close());

const browser = (issuedAt: number) => ({ ...newSession(person), issuer: person.issuer, issuedAt });
/** Signs the person in with so many browsers. @returns their IDs, sorted */
async function browsers(count: number): Promise<string[]> {
  const { store, now } = broker.deps;
  const sessions = Array.from({ length: count }, () => browser(now()));
  for (const session of sessions) await store.insertSession(session, undefined, now());
  return sessions.map(({ id }) => id).toSorted();
}

const end = (ending: Partial<Ending> = {}) =>
  endSignIns(deps, { signIns: { of: 'person', person }, reason, audit: auditEach(person.sub, reason), ...ending });

describe('the end of a person’s sign-ins', () => {
  it('takes its steps in the safe order, and tells open tabs before a slow end of devices', async () => {
    const { store, now } = broker.deps;
    const session = browser(now());
    await store.insertSession(session);
    const released = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const { endDeviceSessionsOf } = deps.store;
    deps.store.endDeviceSessionsOf = async (...args) => {
      reached.resolve();
      await released.promise;
      return endDeviceSessionsOf(...args);
    };
    const ending = end();
    await reached.promise;
    expect((await store.revocationsAfter(0, 10)).map(({ event }) => event)).toEqual([
      { type: 'revoked', sessions: [session.id], reason },
    ]);
    released.resolve();
    expect(await ending).toEqual({ sessions: [session.id], devices: [] });
    expect(steps).toEqual(['tombstone', 'browsers', 'grants', 'devices']);
  });

  it('is met by a sign-in under way, and lets a later one in', async () => {
    const { store, now } = broker.deps;
    const underWay = browser(now());
    await end();
    expect(await store.insertSession(underWay, undefined, now())).toBe('tombstoned');
    expect(await store.insertSession(browser(now()), undefined, now() + 1)).toBe('inserted');
  });

  it('is met by a refresh under way', async () => {
    const { store, now } = broker.deps;
    const session = browser(now());
    await store.insertSession(session);
    const row = await store.getSession(session.id);
    if (!row) throw new Error('there is no session');
    const { endSessionsOf } = deps.store;
    let committed: boolean | undefined;
    // Runs between the tombstone and the rows, while the session is still active.
    deps.store.endSessionsOf = async (...args) => {
      const read = { version: row.version, rechecks: row.rechecks };
      committed = await store.commitRefresh('session', row.id, read, { ...result, refreshedAt: now() });
      return endSessionsOf(...args);
    };
    await end();
    expect(committed).toBe(false);
  });

  it.each([
    ['fast', 60_000],
    ['slow', -60_000],
  ])('does not mind a provider whose clock is %s', async (_which, skew) => {
    const { store, now } = broker.deps;
    const session = browser(now() + skew);
    await store.insertSession(session);
    expect((await end()).sessions).toEqual([session.id]);
    const [underWay, later] = [browser(now() + skew), browser(now() + skew)];
    expect(await store.insertSession(underWay, undefined, now() - 5_000)).toBe('tombstoned');
    expect(await store.insertSession(later, undefined, now() + 1)).toBe('inserted');
  });

  it('by the provider leaves what began after its date', async () => {
    const { store, now } = broker.deps;
    const [before, after] = [browser(now()), browser(now() + 1)];
    for (const session of [before, after]) await store.insertSession(session);
    const target = { issuer: person.issuer, idpSub: person.idpSub };
    expect((await end({ signIns: { of: 'provider', target, until: now() } })).sessions).toEqual([before.id]);
    expect(steps).not.toContain('grants');
  });

  it('is reported even where the next step fails', async () => {
    const { store, now } = broker.deps;
    const session = browser(now());
    await store.insertSession(session);
    deps.store.denyGrantsOf = () => Promise.reject(new Error('the store is away'));
    await expect(end()).rejects.toThrow('away');
    expect((await store.getSession(session.id))?.state).toBe('ended');
    expect(await store.auditAfter(0, 10)).toMatchObject([{ type: 'session.ended', detail: { session: session.id } }]);
    expect(await store.revocationsAfter(0, 10)).toHaveLength(1);
  });

  it('writes nothing twice', async () => {
    const { store, now } = broker.deps;
    await store.insertSession(browser(now()));
    await end();
    expect(await end()).toEqual({ sessions: [], devices: [] });
    expect(await store.revocationsAfter(0, 10)).toHaveLength(1);
    expect(await store.auditAfter(0, 10)).toHaveLength(1);
  });
});

it('of a person with 2,000 browsers asks the store once for all of them, and reports each once', async () => {
  const { store, now } = broker.deps;
  const ids = await browsers(2_000);
  // One call is one transaction. A call for each browser took 22 s for 10,000 of them.
  expect((await end()).sessions.toSorted()).toEqual(ids);
  expect(steps).toEqual(['tombstone', 'browsers', 'grants', 'devices']);
  const events = (await store.revocationsAfter(0, 100)).map(({ event }) => event as { sessions: string[] });
  expect(events.map(({ sessions }) => sessions.length)).toEqual([500, 500, 500, 500]);
  expect(events.flatMap(({ sessions }) => sessions).toSorted()).toEqual(ids);
  const entries = await store.auditAfter(0, 3_000);
  expect(entries.map(({ detail }) => detail.session).toSorted()).toEqual(ids);
  expect(entries.every(({ at, type }) => at === now() && type === 'session.ended')).toBe(true);
});

it('of a person by the command asks the store no more often for 2,000 browsers than for one', async () => {
  const { config, store, now } = broker.deps;
  /** Each operation of the store, in order. */
  const calls: string[] = [];
  const counted = new Proxy(store, {
    get(target, name, receiver) {
      calls.push(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
  const revoked = async (count: number) => {
    broker.clock.now += 1_000;
    await browsers(count);
    calls.length = 0;
    expect(await revokeNamed({ config, store: counted, now }, { sub: person.sub })).toBe(count);
    return [...calls];
  };
  expect(await revoked(2_000)).toEqual(await revoked(1));
  expect(calls).toContain('endSessionsOf');
});

it('of a provider’s session leaves the person’s devices alone', async () => {
  const { store, now } = broker.deps;
  const session = { ...browser(now()), sid: 'at-the-provider' };
  await store.insertSession(session);
  const target = { issuer: person.issuer, sid: session.sid };
  expect(await end({ signIns: { of: 'provider', target, until: now() } })).toEqual({
    sessions: [session.id],
    devices: [],
  });
  expect(steps).toEqual(['tombstone', 'browsers']);
});

it('of one browser ends no other', async () => {
  const { store, now } = broker.deps;
  const [one, other] = [browser(now()), browser(now())];
  for (const session of [one, other]) await store.insertSession(session);
  expect(await end({ signIns: { of: 'browser', id: one.id } })).toEqual({ sessions: [one.id], devices: [] });
  expect((await store.listSessions(person.sub)).map(({ id }) => id)).toEqual([other.id]);
  expect(steps).toEqual(['browsers']);
  expect((await store.revocationsAfter(0, 10)).map(({ event }) => event)).toEqual([
    { type: 'revoked', sessions: [one.id], reason },
  ]);
  expect(await store.auditAfter(0, 10)).toMatchObject([{ type: 'session.ended', detail: { session: one.id } }]);
});

describe('the end of a browser that is signing in again', () => {
  const end = (id: string, why = reason) =>
    endSignIns(deps, { signIns: { of: 'browser', id }, reason: why, audit: auditEach(person.sub, why) });

  it('ends its new session, which has not been used yet, too', async () => {
    const { store, now } = broker.deps;
    const one = browser(now());
    const successor = { ...browser(now()), predecessor: one.id };
    for (const session of [one, successor]) await store.insertSession(session);
    expect((await end(one.id)).sessions.sort()).toEqual([one.id, successor.id].sort());
  });

  it('leaves the new session to itself once it is used, and where the old one is only replaced', async () => {
    const { store, now } = broker.deps;
    const [one, other] = [browser(now()), browser(now())];
    const used = { ...browser(now()), predecessor: one.id };
    const unused = { ...browser(now()), predecessor: other.id };
    for (const session of [one, other, used, unused]) await store.insertSession(session);
    await store.activateSession(used.id, now());
    expect((await end(one.id)).sessions).toEqual([]);
    expect((await end(other.id, 'replaced')).sessions).toEqual([other.id]);
  });

  it('refuses the sign-in under way, and no later one', async () => {
    const { store, now } = broker.deps;
    const one = browser(now());
    await store.insertSession(one);
    await end(one.id);
    const successor = { ...browser(now()), predecessor: one.id };
    expect(await store.insertSession(successor, undefined, now() - 1_000)).toBe('tombstoned');
    expect(await store.insertSession(successor, undefined, now() + 1)).toBe('inserted');
  });
});

it('of a client meets a device whose “Allow” is under way', async () => {
  const { store, now } = broker.deps;
  const grant = await allowedGrant(store, person);
  const claim = { sealedGrant: grant.sealedGrant, resealed: 'x', deviceSession: newDeviceSession(person) };
  await endSignIns(deps, { signIns: { of: 'client', clientId: 'tv' }, reason, audit: () => [] });
  const later = await allowedGrant(store, person);
  const ofLater = { ...claim, sealedGrant: later.sealedGrant };
  expect(await store.claimDeviceGrant(later.deviceCodeHash, now(), { ...ofLater, beganAt: now() - 1 })).toBe(false);
  const last = await allowedGrant(store, person);
  const ofLast = { ...claim, sealedGrant: last.sealedGrant };
  expect(await store.claimDeviceGrant(last.deviceCodeHash, now(), { ...ofLast, beganAt: now() + 1 })).toBe(true);
});

it('of a client denies what it was allowed before its devices end', async () => {
  await end({ signIns: { of: 'client', clientId: 'tv' }, audit: () => [] });
  expect(steps).toEqual(['tombstone', 'grants', 'devices']);
});

it('of everyone ends 2,000 in events of a limited size, and reports each once', async () => {
  const { store, now } = broker.deps;
  const ids: string[] = [];
  for (let n = 0; n < 2_000; n += 1) {
    const session = browser(now());
    await store.insertSession(session);
    ids.push(session.id);
  }
  const streamed: string[] = [];
  expect(await endSignInsOfAll(broker.deps, {}, { reason })).toEqual({ sessions: 2_000, devices: 0 });
  for (const { event } of await store.revocationsAfter(0, 100)) {
    const { sessions } = event as { sessions: string[] };
    expect(sessions.length).toBeLessThanOrEqual(500);
    streamed.push(...sessions);
  }
  expect(streamed.sort()).toEqual(ids.sort());
  const entries = await store.auditAfter(0, 3_000);
  expect(entries.map(({ detail }) => detail.session).sort()).toEqual(ids);
  expect(new Set(entries.map(({ type, sub }) => `${type} ${sub}`))).toEqual(new Set([`session.ended ${person.sub}`]));
});

it('of everyone meets a sign-in under way, but not one after a condition on rows', async () => {
  const { store, now } = broker.deps;
  await endSignInsOfAll(broker.deps, { createdBefore: now() }, { reason });
  expect(await store.insertSession(browser(now()))).toBe('inserted');
  await endSignInsOfAll(broker.deps, { upstream: person.upstream }, { reason });
  const underWay = { ...browser(now() + 60_000), upstream: person.upstream };
  expect(await store.insertSession(underWay, undefined, now())).toBe('tombstoned');
  expect(await store.insertSession(underWay, undefined, now() + 1)).toBe('inserted');
});
