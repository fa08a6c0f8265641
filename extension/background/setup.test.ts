import { beforeEach, describe, expect, it } from 'vitest';
import { shop } from '../../test/extension/fake-broker.ts';
import { memoryArea } from '../../test/extension/memory.ts';
import { matchPattern } from '../platform/match-pattern.ts';
import { storedValue } from '../platform/stored-value.ts';
import { createManagedPolicy } from '../protocol/managed-policy.ts';
import { pendingSetup } from '../protocol/ui.ts';
import { chosenBroker, createSetup } from './setup.ts';

const broker = 'https://latchkey.test';
let granted: Set<string>;
let registered: readonly string[];
let injected: string[];
let left: number[];

let area: ReturnType<typeof memoryArea>;

const setUp = (
  policy: Record<string, unknown> = {},
  baked: { broker: string; sites: string[] } | null = null,
  policySites = async () => [shop, 'https://other.test'],
) => {
  return createSetup({
    baked,
    managed: createManagedPolicy(async () => policy),
    chosen: storedValue(area, 'broker', chosenBroker),
    pending: storedValue(area, 'setup', pendingSetup),
    sites: {
      isReachable: async (origin) => granted.has(origin),
      reachable: async () => [...granted].map(matchPattern),
      register: async (patterns) => {
        registered = [...new Set(patterns)];
      },
      inject: async (patterns) => void injected.push(...patterns),
      hasBridge: async (origin) => registered.includes(origin),
      giveUp: async (origin) => void granted.delete(origin),
      onReachable: () => undefined,
      onUnreachable: () => undefined,
    },
    policySites,
    leave: async () => void left.push(1),
    changed: () => undefined,
  });
};

beforeEach(() => {
  area = memoryArea();
  granted = new Set();
  registered = [];
  injected = [];
  left = [];
});

describe('the store build', () => {
  it('knows which sites the person has turned on, and that its broker is none', async () => {
    const setup = setUp({ broker_url: broker });
    granted.add(shop).add(broker);
    expect(await setup.isTurnedOn(shop)).toBe(true);
    expect(await setup.isTurnedOn('https://other.test')).toBe(false);
    expect(await setup.isTurnedOn(broker)).toBe(false);
    expect(await setUp({}, { broker, sites: [shop] }).isTurnedOn(shop)).toBe(false);
  });

  it('has the broker that the person named, once the browser lets it reach that', async () => {
    const setup = setUp();
    await setup.expect({ broker });
    await setup.resume();
    expect(await setup.broker()).toBeUndefined();
    granted.add(broker);
    await setup.resume();
    expect(await setup.broker()).toBe(broker);
  });

  it('signs everybody out and gives the old access up where the person names another broker', async () => {
    const setup = setUp();
    const other = 'https://other-broker.test';
    for (const each of [broker, broker, other]) {
      granted.add(each);
      await setup.expect({ broker: each });
      await setup.resume();
    }
    expect(await setup.source()).toEqual({ url: other, source: 'person' });
    expect(left).toHaveLength(1);
    expect([...granted]).toEqual([other]);
  });

  it.each(['latchkey.test', 'http://latchkey.test', `${broker}/`, `${broker}/path`, 'ftp://latchkey.test'])(
    'refuses %s for a broker',
    async (text) => {
      await expect(setUp().expect({ broker: text })).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );

  it.each(['', 'https://*.test', 'https://user@shop.test', `${shop}/`, 'javascript:alert(1)'])(
    'refuses %j for a site',
    async (site) => {
      await expect(setUp().expect({ site })).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );

  it.each(['http://latchkey.test', 'https://user@latchkey.test', `${broker}/path`, 'javascript:alert(1)', 7, { a: 1 }])(
    'has no broker where %j is kept as one',
    async (kept) => {
      await area.set('broker', kept);
      expect(await setUp().source()).toBeUndefined();
    },
  );

  it('is in pages of a site that was connected, in those open before too, and in no other', async () => {
    const setup = setUp();
    await setup.expect({ site: shop });
    await setup.resume();
    expect(injected).toEqual([]);
    granted.add(shop);
    await setup.resume();
    expect(registered).toEqual([`${shop}/*`]);
    expect(injected).toEqual([`${shop}/*`]);
    await setup.resume();
    expect(injected).toEqual([`${shop}/*`]);
  });

  it.each([
    ['nobody is signed in', async () => []],
    ['the broker is away', () => Promise.reject(new Error('offline'))],
  ])(
    'is in the sites that were connected after a start at which %s, and not in the broker’s own pages',
    async (_when, policySites) => {
      granted = new Set([broker, shop]);
      await setUp({ broker_url: broker }, null, policySites).restore();
      expect(registered).toEqual([`${shop}/*`]);
    },
  );

  it('is put into the open tabs of connected sites again after an update', async () => {
    granted = new Set([broker, shop]);
    await setUp({ broker_url: broker }).updated();
    expect(registered).toEqual([`${shop}/*`]);
    expect(injected).toEqual([`${shop}/*`]);
  });

  it('takes the broker of the organization’s policy before the person’s; what is no address counts as none', async () => {
    expect(await setUp({ broker_url: broker }).broker()).toBe(broker);
    expect(await setUp({ broker_url: `${broker}/` }).broker()).toBe(broker);
    for (const broker_url of ['http://latchkey.test', 'https://bank.test@latchkey.test', 'javascript:alert(1)'])
      expect(await setUp({ broker_url }).broker()).toBeUndefined();
  });
});

it('a build for an organization keeps its own broker, whatever the policy says, and registers nothing', async () => {
  const setup = setUp({ broker_url: 'https://other.test' }, { broker, sites: [shop] });
  expect(await setup.broker()).toBe(broker);
  expect(await setup.isReachable(shop)).toBe(true);
  await setup.restore();
  expect(registered).toEqual([]);
});
