import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import { insertedDeviceSession, insertedSession, newPerson } from '../../test/conformance/store/harness.ts';
import { createFeed, currentMs } from '../events/feed.ts';
import { revokeToken } from '../oauth/revoke-token.ts';
import { endSignIns, endSignInsOfAll } from '../revocation/end-sign-ins.ts';
import { erasePerson } from '../revocation/erase-person.ts';
import { type Person, StoreUnavailableError } from '../store/store.ts';
import type { TokenClaims } from '../tokens/minter.ts';
import { revokeSigningKeys } from '../tokens/revoke-signing-keys.ts';
import { createKnownTokens, type KnownTokens } from './known-tokens.ts';

const api = 'https://api.example.com';
let broker: InProcessBroker;
let person: Person;

beforeEach(async () => {
  broker = await brokerInProcess(`
resources: { ${api}: { name: API, scopes: { orders:read: Read } } }
services:
  nightly: { allow: { ${api}: [orders:read] }, secret_hash: "sha256:${'A'.repeat(43)}" }`);
  person = await broker.deps.store.upsertPerson({ ...newPerson(), upstream: 'okta' }, broker.clock.now);
});
afterEach(() => broker.close());

/** On a busy machine, what takes milliseconds may take many times as long. */
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 15_000 });
const seconds = () => Math.floor(broker.clock.now / 1_000);
const mint = (claims: Partial<TokenClaims> = {}) =>
  broker.deps.minter.accessToken({
    sub: person.sub,
    aud: api,
    client_id: 'a-client',
    scope: 'orders:read',
    exp: seconds() + 300,
    ...claims,
  });
const status = async (token: string) =>
  (await broker.request(`/verify?resource=${api}`, { headers: { Authorization: `Bearer ${token}` } })).status;

/** Statements and signature checks that a piece of work costs. */
async function costOf(work: () => Promise<unknown>) {
  const count = async () => {
    const text = await broker.deps.metrics.text();
    const counts = [...text.matchAll(/^db_client_operation_duration_seconds_count\{[^}]*name="(\w+)"[^}]*\} (\d+)$/gm)];
    // The feed polls in the meantime, whatever is asked.
    return counts.reduce((sum, [, name, calls]) => (name === 'revocationsAfter' ? sum : sum + Number(calls)), 0);
  };
  const subtle = vi.spyOn(crypto.subtle, 'verify');
  const node = vi.spyOn(nodeCrypto, 'verify');
  // What imports `verify` by its name gets the watched one, too.
  syncBuiltinESMExports();
  const before = await count();
  await work();
  const signatures = subtle.mock.calls.length + node.mock.calls.length;
  const cost = { statements: (await count()) - before, signatures };
  subtle.mockRestore();
  node.mockRestore();
  syncBuiltinESMExports();
  return cost;
}

const session = async () => {
  const { id } = await insertedSession(broker.deps.store, person);
  return { sid: id, azp: 'https://shop.example.com' };
};
const device = async () => ({ sid: (await insertedDeviceSession(broker.deps.store, person)).id });
const service = async () => ({ sub: 'svc:nightly', client_id: 'nightly' });

/** The feed has told of everything so far. */
const upToDate = () => eventually(() => expect(broker.deps.feed.isCurrent()).toBe(true));

/** Has a token verified until it is known. */
async function seen(claims: Partial<TokenClaims>): Promise<string> {
  const token = await mint(claims);
  await eventually(async () =>
    expect(await costOf(async () => expect(await status(token)).toBe(200))).toEqual({ statements: 0, signatures: 0 }),
  );
  return token;
}

describe('what /verify costs', () => {
  it.each([
    ['a page', session],
    ['a device', device],
    ['a service', service],
  ])('is no statement and no signature for a token of %s that it has seen', async (_, holder) => {
    const token = await seen(await holder());
    expect(await costOf(() => status(token))).toEqual({ statements: 0, signatures: 0 });
  });

  it('is one signature for a new token of a session that it has seen', async () => {
    const claims = await session();
    await seen(claims);
    const token = await mint(claims);
    await upToDate();
    expect(await costOf(() => status(token))).toEqual({ statements: 0, signatures: 1 });
  });

  it('is one signature and one statement for a token of a new session', async () => {
    await seen(await session());
    const token = await mint(await session());
    await upToDate();
    expect(await costOf(() => status(token))).toEqual({ statements: 1, signatures: 1 });
  });

  it('keeps no token: only its hash', async () => {
    const token = await seen(await session());
    const known = broker.deps.knownTokens.recall(token);
    expect(known?.claims.sub).toBe(person.sub);
    expect(JSON.stringify(known)).not.toContain(token.split('.')[2]);
  });
});

describe('a token that /verify knows is refused at once when', () => {
  const reason = 'test';
  const audit = () => [];

  it.each<[string, () => Promise<Partial<TokenClaims>>, (sid: string, token: string) => Promise<unknown>]>([
    [
      'its browser is signed out',
      session,
      (id) => endSignIns(broker.deps, { signIns: { of: 'browser', id }, reason, audit }),
    ],
    [
      'its device is removed',
      device,
      (id) => endSignIns(broker.deps, { signIns: { of: 'device', id }, reason, audit }),
    ],
    [
      'its client is revoked',
      device,
      () => endSignIns(broker.deps, { signIns: { of: 'client', clientId: 'tv' }, reason, audit }),
    ],
    [
      'the person signs out of browsers',
      session,
      () => endSignIns(broker.deps, { signIns: { of: 'person', person }, reason, audit }),
    ],
    [
      'the person signs out of devices',
      device,
      () => endSignIns(broker.deps, { signIns: { of: 'person', person }, reason, audit }),
    ],
    ['all browsers are signed out', session, () => endSignInsOfAll(broker.deps, {}, { reason })],
    ['all devices are signed out', device, () => endSignInsOfAll(broker.deps, {}, { reason })],
    ['the person is erased', session, () => erasePerson(broker.deps, person)],
    [
      'rows are erased that no one has ended',
      session,
      () =>
        broker.deps.store.erasePerson(person, {
          now: broker.clock.now,
          forgetTombstonesAt: 0,
          report: () => ({ at: broker.clock.now, events: [{ type: 'erased' }] }),
        }),
    ],
    ['its service revokes it', service, (_, token) => revokeToken(broker.deps, 'nightly', token)],
    ['its service is removed', service, async () => broker.change({ services: new Map() })],
    ['its key is revoked', session, () => revokeSigningKeys(broker.deps, broker.clock.now, 'all')],
    [
      'it has expired',
      session,
      async () => {
        broker.clock.now += 306_000;
      },
    ],
  ])('%s', async (_, holder, end) => {
    const claims = await holder();
    const token = await seen(claims);
    await end(claims.sid ?? '', token);
    expect(await status(token)).toBe(401);
    await sleep(50);
    expect(await status(token)).toBe(401);
  });
});

/** Whether a token is let through without the store. */
function isRemembered(known: KnownTokens, token: string): boolean {
  const { claims } = known.recall(token) ?? {};
  return claims !== undefined && known.isKnownLive(claims);
}

describe('if the feed of revocations breaks', () => {
  /** As another replica has them: its own feed and its own memory, and a clock that the test moves. */
  function replica() {
    const { deps, clock } = broker;
    const time = { elapsed: 0 };
    const table = { isAway: false };
    const now = () => clock.now;
    const elapsed = () => time.elapsed;
    const feed = createFeed({
      store: {
        ...deps.store,
        async revocationsAfter(...args) {
          if (table.isAway) throw new StoreUnavailableError('away');
          return deps.store.revocationsAfter(...args);
        },
        // Notifications of other replicas are lost.
        onRevocation: () => () => {},
      },
      now,
      elapsed,
      sleep: () => sleep(5, undefined, { ref: false }),
      log: deps.log,
    });
    const known = createKnownTokens({ ...deps, feed, elapsed });
    return { time, table, feed, known };
  }

  it('sessions are read from the store, at the latest after 0.8 seconds', async () => {
    expect(currentMs).toBeLessThan(1_000);
    const { time, table, feed, known } = replica();
    const { sid, azp } = await session();
    const token = await mint({ sid, azp });
    await eventually(async () => {
      await known.isLive(await known.verify(token));
      expect(isRemembered(known, token)).toBe(true);
    });
    table.isAway = true;
    await sleep(30);
    await endSignIns(broker.deps, { signIns: { of: 'browser', id: sid }, reason: 'test', audit: () => [] });
    time.elapsed += currentMs + 1;
    expect(isRemembered(known, token)).toBe(false);
    expect(await known.isLive(await known.verify(token))).toBe(false);
    feed.close();
  });

  it('signing keys are read from the store, too', async () => {
    const { time, table, feed, known } = replica();
    const token = await mint(await session());
    await eventually(async () => {
      await known.verify(token);
      expect(await costOf(() => known.verify(token))).toEqual({ statements: 0, signatures: 0 });
    });
    table.isAway = true;
    await sleep(30);
    await revokeSigningKeys(broker.deps, broker.clock.now, 'all');
    time.elapsed += currentMs + 1;
    await expect(known.verify(token)).rejects.toThrow('not one of its issuer');
    feed.close();
  });

  it('works again when it can be read, with what happened meanwhile', async () => {
    const { time, table, feed, known } = replica();
    const [ended, other] = [await session(), await session()];
    const tokens = [await mint(ended), await mint(other)];
    const learn = () => Promise.all(tokens.map(async (token) => known.isLive(await known.verify(token))));
    await eventually(async () => {
      await learn();
      expect(tokens.map((token) => isRemembered(known, token))).toEqual([true, true]);
    });
    table.isAway = true;
    await sleep(30);
    await endSignIns(broker.deps, { signIns: { of: 'browser', id: ended.sid }, reason: 'test', audit: () => [] });
    time.elapsed += currentMs + 1;
    table.isAway = false;
    await eventually(() => expect(tokens.map((token) => isRemembered(known, token))).toEqual([false, true]));
    feed.close();
  });

  it('an answer of the store that is overtaken by an event is not kept', async () => {
    const { feed } = replica();
    const claims = await session();
    const token = await mint(claims);
    const { deps } = broker;
    const slow = { gate: Promise.resolve() };
    const known = createKnownTokens({
      ...deps,
      elapsed: () => performance.now(),
      store: {
        ...deps.store,
        async getSession(id) {
          const row = await deps.store.getSession(id);
          await slow.gate;
          return row;
        },
      },
    });
    // Follows the broker's own feed.
    await eventually(async () => {
      await known.verify(token);
      expect(await costOf(() => known.verify(token))).toEqual({ statements: 0, signatures: 0 });
    });
    const gate = Promise.withResolvers<void>();
    slow.gate = gate.promise;
    const asked = known.isLive(await known.verify(token));
    await endSignIns(deps, { signIns: { of: 'browser', id: claims.sid }, reason: 'test', audit: () => [] });
    await sleep(50);
    gate.resolve();
    await asked;
    slow.gate = Promise.resolve();
    expect(await known.isLive(await known.verify(token))).toBe(false);
    feed.close();
  });
});
