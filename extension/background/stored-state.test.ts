import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createBackground } from '../../test/extension/background.ts';
import { ada, api, grace, shop } from '../../test/extension/fake-broker.ts';
import { memoryArea, memoryKeysOf } from '../../test/extension/memory.ts';
import type { PageCall } from './page/handler-types.ts';

/** What a release leaves behind: key names, values on disk, and values in `storage.session`. */
interface Stored {
  release: string;
  keys: string[];
  disk: Record<string, unknown>;
  session: Record<string, unknown>;
}

const read = (file: string): Stored =>
  JSON.parse(readFileSync(new URL(`../../test/extension/stored/${file}.json`, import.meta.url), 'utf8'));
const latest = read('0.1.0');
const ask = { origin: shop, resource: api, scopes: ['orders:read'] };

/** A background that starts with this state. */
async function wake({ keys, disk, session }: Stored) {
  const keysOf = memoryKeysOf();
  for (const name of keys) {
    const [profile = '', origin] = name.split(' ');
    await (origin === undefined ? keysOf(profile).session : keysOf(profile).ofOrigin(origin)).loadOrCreate();
  }
  const fill = async (values: Record<string, unknown>) => {
    const area = memoryArea();
    for (const [key, value] of Object.entries(values)) await area.set(key, value);
    return area;
  };
  const parts = createBackground({ keysOf, disk: await fill(disk), area: await fill(session) });
  parts.broker.signedIn = true;
  parts.broker.consents.push({ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 });
  return parts;
}

/** Checks that everything a user and a page do works, regardless of the stored state. */
async function worksFor(parts: Awaited<ReturnType<typeof wake>>): Promise<void> {
  const call: PageCall = {
    sender: { origin: shop, tabId: 7, document: 'D1' },
    activated: true,
    trace: 'a-trace',
    takeClick: () => true,
    alive: () => true,
    profile: () => parts.profiles.at(shop),
  };
  await parts.handlers['session.get']({}, call);
  await (await parts.profiles.main()).signIn.run();
  const token = { ...ask, interactive: 'never' as const };
  expect(await parts.handlers['token.get'](token, call)).toHaveProperty('access_token');
  expect(await parts.handlers['access.list']({}, call)).toHaveProperty('access');
  await parts.prompts.review();
  await parts.profiles.choose((await parts.profiles.main()).id, shop);
  for (const { id } of await parts.profiles.entries()) await parts.profiles.signOut(id);
  expect(await parts.handlers['session.get']({}, call)).toEqual({ signed_in: false });
}

describe.each(['0.1.0'])('the state that %s has stored', (release) => {
  it('is used as it is: accounts, their sites, session, tokens, and a sign-in in progress', async () => {
    const parts = await wake(read(release));
    expect((await parts.profiles.entries()).map(({ account }) => account?.name)).toEqual([
      'Ada Lovelace',
      'Grace Hopper',
    ]);
    expect((await parts.profiles.at('https://notes.test')).id).toBe('profile-2');
    expect(await parts.tokens.get(ask, 5)).toMatchObject({ access_token: 'stored-token' });
    const { session, signIn } = await parts.profiles.get('profile-2');
    expect((await session.lapsed())?.account.sub).toBe(grace.sub);
    expect(parts.broker.calls).toEqual([]);
    parts.broker.account = grace;
    await signIn.run();
    expect(parts.broker.calls).toEqual(['POST /session', 'GET /session']);
    parts.broker.account = ada;
    await worksFor(parts);
  });

  it('is what this version stores, too: that release can read it after a downgrade', async () => {
    const parts = await wake({ ...latest, disk: {}, session: {} });
    await parts.signIn.run();
    await parts.tokens.get(ask, 5);
    // Browsers clear `storage.session` with each update. Only state on disk passes from one release to another.
    for (const [key, value] of Object.entries(JSON.parse(JSON.stringify(parts.disk.dump())))) {
      expect(shapeOf(read(release).disk[key]), key).toMatchObject(shapeOf(value) as object);
    }
  });
});

describe('state that this version cannot read', () => {
  const junk: [string, unknown][] = [
    ['nothing', null],
    ['a number', 5],
    ['a text', '{'],
    ['a list', [null, 7]],
    ['an empty object', {}],
    ['an object of another kind', { signedIn: true, entries: [{}], main: 7, session: {}, token: {}, answer: { v: 2 } }],
  ];
  const places = [
    ...Object.keys(latest.disk).map((key) => ['disk', key] as const),
    ...Object.keys(latest.session).map((key) => ['session', key] as const),
  ];

  it.each(places)('%s, “%s”: counts as absent, and everything works', async (place, key) => {
    for (const [name, value] of junk) {
      const parts = await wake({ ...latest, [place]: { ...latest[place], [key]: value } });
      await worksFor(parts).catch((cause: unknown) => {
        throw new Error(`with ${name} as ${key}`, { cause });
      });
    }
  });

  it.each(junk)('all of it is %s: everything works', async (_name, value) => {
    const all = (values: object) => Object.fromEntries(Object.keys(values).map((key) => [key, value]));
    await worksFor(await wake({ ...latest, disk: all(latest.disk), session: all(latest.session) }));
  });

  it('the list of accounts is lost: every account that has a key is asked for at the broker', async () => {
    const parts = await wake({ ...latest, disk: { list: { v: 2 } }, session: {} });
    expect((await parts.profiles.entries()).map(({ id }) => id)).toEqual(['session', 'profile-2']);
    const main = await parts.profiles.main();
    expect(main.id).toBe('session');
    expect((await main.session.current())?.account.name).toBe('Ada Lovelace');
    expect((await parts.profiles.entries())[0]?.account?.name).toBe('Ada Lovelace');
  });

  it('one account of the list is lost: the others and their sites stay', async () => {
    const { entries, ...list } = latest.disk.list as { entries: unknown[] };
    const parts = await wake({ ...latest, disk: { list: { ...list, entries: [5, ...entries, { id: 7 }] } } });
    expect((await parts.profiles.entries()).map(({ id }) => id)).toEqual(['session', 'profile-2']);
    expect((await parts.profiles.at('https://notes.test')).id).toBe('profile-2');
  });
});

describe('the state of a newer release', () => {
  it('has more in it than this version knows: what it knows is used', async () => {
    const more = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(more);
      if (typeof value !== 'object' || value === null) return value;
      return { ...Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, more(inner)])), added: 'v2' };
    };
    const { 'session session': session, 'prompt:prompt-1': prompt } = latest.session;
    const parts = await wake({
      ...latest,
      disk: { ...latest.disk, list: { ...(more(latest.disk.list) as object), sites: { [shop]: 'session' } } },
      session: { 'session session': more(session), 'prompt:prompt-1': more(prompt), 'session added': 1 },
    });
    expect((await parts.session.known())?.account.name).toBe('Ada Lovelace');
    expect(await parts.profiles.entries()).toHaveLength(2);
    await worksFor(parts);
  });
});

/** The types in a value, without the values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shapeOf(value[0])] : expect.any(Array);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}
