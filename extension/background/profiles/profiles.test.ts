import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { ada, api, grace, nameOf, shop } from '../../../test/extension/fake-broker.ts';
import { memoryArea } from '../../../test/extension/memory.ts';
import type { PageCall } from '../page/handler-types.ts';

const notes = 'https://notes.test';
const read = { resource: api, scopes: ['orders:read'], interactive: 'never' as const };

let parts: ReturnType<typeof createBackground>;
const call = (origin = shop, more: Partial<PageCall> = {}): PageCall => ({
  sender: { origin, tabId: 7, document: 'D1' },
  activated: true,
  trace: 'a-trace',
  takeClick: () => true,
  alive: () => true,
  profile: () => parts.profiles.at(origin),
  ...more,
});
const token = async () => nameOf((await parts.handlers['token.get'](read, call())).access_token);
const consent = { origin: shop, resource: api, scope: 'orders:read', granted_at: 1 };
const idOf = async (sub: string) =>
  (await parts.profiles.entries()).find(({ account }) => account?.sub === sub)?.id ?? 'nobody';
const accounts = async () => (await parts.profiles.entries()).map(({ account }) => account?.sub);

/** Ada and Grace are signed in. Both have given the shop access. */
beforeEach(async () => {
  parts = createBackground();
  parts.broker.consents.push(consent);
  parts.broker.consentsOf(grace.sub).push(consent);
  await parts.signIn.run();
  parts.broker.account = grace;
  await parts.profiles.add();
});

describe('one more account', () => {
  it('is asked for as such at the provider, and changes nothing for any site', async () => {
    expect(await accounts()).toEqual([ada.sub, grace.sub]);
    const [first, second] = parts.broker.bodies.filter((body) => 'code_challenge' in body);
    expect(first).not.toHaveProperty('prompt');
    expect(second).toMatchObject({ prompt: 'select_account' });
    expect(await token()).toBe('token-1');
  });

  it('has a key of its own', async () => {
    const [a, b] = await Promise.all([ada, grace].map(async ({ sub }) => parts.keysOf(await idOf(sub)).session.load()));
    expect(a?.publicJwk.x).not.toBe(b?.publicJwk.x);
  });

  it('at the provider that the person named', async () => {
    parts.broker.account = { sub: 'p3', upstream: 'third' };
    await parts.profiles.add('third');
    expect(parts.broker.bodies.findLast((body) => 'code_challenge' in body)).toMatchObject({ upstream: 'third' });
  });

  it('that is there already is not added: its session is replaced, the old one ended, its sites stay', async () => {
    await parts.profiles.choose(await idOf(grace.sub), notes);
    const before = await idOf(grace.sub);
    await parts.profiles.add();
    expect(await accounts()).toEqual([ada.sub, grace.sub]);
    const after = await idOf(grace.sub);
    expect(after).not.toBe(before);
    expect((await parts.profiles.at(notes)).id).toBe(after);
    await expect.poll(() => parts.keysOf(before).session.load()).toBeUndefined();
    await expect.poll(() => parts.broker.calls.filter((made) => made === 'DELETE /session')).toHaveLength(1);
    expect((await (await parts.profiles.get(after)).session.refreshed(0))?.account.sub).toBe(grace.sub);
  });

  it('takes up a sign-in that was interrupted, with the same key', async () => {
    parts.window.launch = () => Promise.reject(new Error('closed'));
    await expect(parts.profiles.add()).rejects.toMatchObject({ code: 'user_denied' });
    await expect(parts.profiles.add()).rejects.toMatchObject({ code: 'user_denied' });
    const [one, two] = parts.broker.bodies.filter((body) => 'code_challenge' in body).slice(-2);
    expect(one).toBeDefined();
    expect(two).toBeDefined();
    expect(await accounts()).toEqual([ada.sub, grace.sub]);
    expect((await parts.disk.get('list')) as object).toMatchObject({ next: 'profile-2' });
  });

  it('is refused where the policy of the computer allows one, and those that are there wait', async () => {
    await parts.profiles.choose(await idOf(grace.sub), shop);
    const strict = createBackground(parts, { accounts: 'one' });
    await expect(strict.profiles.add()).rejects.toMatchObject({ code: 'policy_denied' });
    expect((await strict.profiles.entries()).map(({ account }) => account?.sub)).toEqual([ada.sub]);
    expect((await strict.profiles.at(shop)).id).toBe('session');
    expect((await createBackground(parts).profiles.entries()).length).toBe(2);
  });
});

describe('where the policy of the computer allows one account', () => {
  it('it is the one that was signed in to last', async () => {
    const strict = createBackground(parts, { accounts: 'one' });
    strict.broker.account = { sub: 'p3', upstream: 'corp' };
    await (await strict.profiles.main()).signIn.run();
    expect((await strict.profiles.entries()).map(({ account }) => account?.sub)).toEqual(['p3']);
    expect((await (await strict.profiles.main()).session.current())?.account.sub).toBe('p3');
  });
});

describe('where one account is allowed since, signing out', () => {
  it('brings nobody back who was signed in beside it', async () => {
    const strict = createBackground(parts, { accounts: 'one' });
    strict.broker.signedIn = true;
    await strict.profiles.signOut('session');
    expect(await (await strict.profiles.at(shop)).session.current()).toBeUndefined();
    expect((await strict.profiles.entries()).map(({ account }) => account)).toEqual([undefined]);
  });
});

describe('another account for a site', () => {
  it('gives its pages another epoch, and tokens of the other account, never one of the first', async () => {
    expect(await token()).toBe('token-1');
    const old = await parts.profiles.at(shop);
    const { epoch } = await old.events.current(shop);
    await parts.profiles.choose(await idOf(grace.sub), shop);
    expect(await token()).toBe('token-2-of-p2');
    const event = parts.broadcasts.at(-1);
    await expect
      .poll(() => event)
      .toMatchObject({
        ev: 'session',
        epoch: (await (await parts.profiles.at(shop)).events.current(shop)).epoch,
      });
    expect(event?.epoch).not.toBe(epoch);
    expect(await old.cache.get({ origin: shop, ...read }, 0)).toBeUndefined();
    expect((await parts.profiles.at(notes)).id).toBe('session');
  });

  it('or for all that have none of their own', async () => {
    await parts.profiles.choose('session', shop);
    await parts.profiles.choose(await idOf(grace.sub));
    expect(await token()).toBe('token-1');
    expect((await parts.profiles.at(notes)).id).toBe(await idOf(grace.sub));
  });

  it('outlives the browser', async () => {
    const id = await idOf(grace.sub);
    await parts.profiles.choose(id, shop);
    const restarted = createBackground({ disk: parts.disk, keysOf: parts.keysOf });
    restarted.broker.signedIn = true;
    expect((await restarted.profiles.at(shop)).id).toBe(id);
    expect((await restarted.profiles.at(notes)).id).toBe('session');
  });

  it('can’t be one that is gone', async () => {
    await expect(parts.profiles.choose('profile-9', shop)).rejects.toMatchObject({ code: 'expired' });
  });
});

describe('an account that a page names', () => {
  it('has to be the one that the site has', async () => {
    const named = (sub: string) => parts.handlers['token.get']({ ...read, profile: sub }, call());
    expect(await named(ada.sub)).toMatchObject({ access_token: expect.stringMatching(/\.token-1$/) });
    const others = await Promise.all([grace.sub, 'nobody'].map((sub) => named(sub).catch((error: Error) => error)));
    expect(others[0]).toMatchObject({ code: 'not_signed_in' });
    // The error is the same whether or not the user has that account.
    expect(others[1]).toEqual(others[0]);
  });

  it('is not confirmed to a site that was never told it', async () => {
    parts.broker.consents.splice(0);
    await parts.session.refreshed(0);
    const named = (sub: string) =>
      parts.handlers['token.get']({ ...read, profile: sub }, call()).catch((error: Error) => error);
    expect(await named(ada.sub)).toEqual(await named('nobody'));
  });
});

describe('signing in in place of another account', () => {
  it('gives its sites nothing of the one that came instead', async () => {
    const id = await idOf(grace.sub);
    await parts.profiles.choose(id, shop);
    parts.broker.account = { sub: 'p3', upstream: 'corp' };
    parts.broker.consentsOf('p3').push(consent);
    await (await parts.profiles.get(id)).signIn.run();
    expect(await accounts()).toEqual([ada.sub, grace.sub, 'p3']);
    await expect(token()).rejects.toMatchObject({ code: 'not_signed_in' });
    await parts.profiles.choose(await idOf('p3'), shop);
    expect(await token()).toBe('token-1-of-p3');
  });
});

describe('a session whose cookie the browser has, and which nobody has taken over yet', () => {
  const other = { sub: 'p3', upstream: 'corp' };
  beforeEach(() => {
    parts.broker.account = other;
    parts.broker.consentsOf('p3').push(consent);
  });
  const ofAda = (from = parts) => from.handlers['token.get']({ ...read, profile: ada.sub }, call());

  it('brings no site a token of its account', async () => {
    const { set } = parts.disk;
    let meanwhile: Promise<unknown> | undefined;
    parts.disk.set = async (key, value) => {
      meanwhile ??= ofAda().catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return set(key, value);
    };
    await (await parts.profiles.main()).signIn.run({ max_age: 0 });
    expect(await meanwhile).toMatchObject({ code: 'busy' });
    await expect(token()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect((await accounts()).toSorted()).toEqual([ada.sub, grace.sub, 'p3']);
  });

  it.each([
    ['the background was stopped', () => parts.area],
    ['the browser was closed', () => memoryArea()],
  ])('is found as that account’s after %s, and the sites of the one before wait', async (_what, area) => {
    const { disk, keysOf, broker } = parts;
    const { promise: written, resolve } = Promise.withResolvers<void>();
    const stuck = { ...disk, set: () => new Promise<void>(() => resolve()) };
    const dying = createBackground({ area: parts.area, disk: stuck, keysOf });
    dying.broker.fetch = broker.fetch;
    void (await dying.profiles.main()).signIn.run({ max_age: 0 });
    await written;

    parts = createBackground({ area: area(), disk, keysOf });
    parts.broker.fetch = broker.fetch;
    await expect(ofAda()).rejects.toMatchObject({ code: expect.stringMatching(/busy|not_signed_in/) });
    await expect(token()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect((await accounts()).toSorted()).toEqual([ada.sub, grace.sub, 'p3']);
  });
});

describe('leaving an account', () => {
  it('ends its session and no other; its sites have the main one', async () => {
    const id = await idOf(grace.sub);
    await parts.profiles.choose(id, shop);
    await parts.profiles.signOut(id);
    expect(await accounts()).toEqual([ada.sub]);
    expect(await parts.keysOf(id).session.load()).toBeUndefined();
    expect((await parts.session.refreshed(0))?.account.sub).toBe(ada.sub);
    expect(await token()).toBe('token-1');
  });

  it('by a site ends the one that the site has, and brings it no other one', async () => {
    const id = await idOf(grace.sub);
    await parts.profiles.choose(id, shop);
    await parts.handlers['session.sign_out']({}, call());
    expect(await parts.keysOf(id).session.load()).toBeUndefined();
    expect(await parts.handlers['session.get']({}, call())).toEqual({ signed_in: false });
    await expect(token()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect((await parts.session.refreshed(0))?.account.sub).toBe(ada.sub);
    expect(await accounts()).toEqual([ada.sub, grace.sub]);
    await parts.profiles.signOut(id);
    expect(await accounts()).toEqual([ada.sub]);
  });

  it('by a site, where it is the only one, forgets who it was', async () => {
    await parts.profiles.signOut(await idOf(grace.sub));
    await parts.handlers['session.sign_out']({}, call());
    expect(await accounts()).toEqual([undefined]);
    expect(await parts.handlers['session.get']({}, call())).toEqual({ signed_in: false });
  });

  it('makes another one the main one', async () => {
    await parts.profiles.signOut('session');
    expect(await accounts()).toEqual([grace.sub]);
    expect((await parts.profiles.main()).id).toBe(await idOf(grace.sub));
    expect(await token()).toBe('token-1-of-p2');
  });
});

describe('a session that the broker ends', () => {
  it('is the end of that account alone: its sites wait for just this one', async () => {
    const id = await idOf(grace.sub);
    await parts.profiles.choose(id, shop);
    const { session } = await parts.profiles.get(id);
    const answered = await session.current();
    await session.over(answered?.session.created_at ?? 0);
    await expect(token()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(await accounts()).toEqual([ada.sub, grace.sub]);
    expect((await parts.session.current())?.account.sub).toBe(ada.sub);
    await (await parts.profiles.get(id)).signIn.run();
    expect(parts.broker.bodies.findLast((body) => 'code_challenge' in body)).toMatchObject({
      upstream: grace.upstream,
      login_hint: grace.email,
    });
    expect(await token()).toBe('token-1-of-p2');
  });
});
