import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { api, shop } from '../../../test/extension/fake-broker.ts';

let parts: ReturnType<typeof createBackground>;
beforeEach(() => {
  parts = createBackground();
});

const read = { origin: shop, resource: api, scope: 'orders:read' };

describe('the session', () => {
  it('asks nobody before the first sign-in', async () => {
    expect(await parts.session.current()).toBeUndefined();
    expect(parts.broker.calls).toEqual([]);
  });

  it('is found again after a restart of the browser, by the key and the cookie', async () => {
    await parts.signIn.run();
    const restarted = createBackground({ disk: parts.disk, keysOf: parts.keysOf });
    restarted.broker.signedIn = true;
    expect((await restarted.session.current())?.account.sub).toBe('p1');
    await restarted.session.current();
    expect(restarted.broker.calls).toEqual(['GET /session']);
  });

  it('asks with the ETag, and keeps what it has where nothing changed', async () => {
    await parts.signIn.run();
    await parts.session.refreshed(0);
    parts.clock.ms += 5_000;
    expect((await parts.session.refreshed(1_000))?.account.sub).toBe('p1');
    expect((await parts.session.refreshed(1_000))?.account.sub).toBe('p1');
    // The first was part of the sign-in.
    expect(parts.broker.calls.filter((call) => call === 'GET /session')).toHaveLength(3);
  });

  it('forgets everything at sign-out, the key included', async () => {
    await parts.signIn.run();
    await parts.session.grant(read, 'p1');
    await parts.tokens.get({ origin: shop, resource: api, scopes: ['orders:read'] }, 5);
    await parts.session.signOut();
    expect(await parts.session.current()).toBeUndefined();
    expect(await parts.keys.load()).toBeUndefined();
    expect(JSON.stringify(parts.area.dump())).not.toMatch(/token-|Ada/);
    expect(await parts.session.logoutUrl()).toBe('https://idp.test/logout');
    expect(parts.broadcasts.at(-1)).toMatchObject({ ev: 'session' });
  });

  it('is over here at once, and for good, however long the broker takes to be told', async () => {
    await parts.signIn.run();
    let told = (): void => undefined;
    parts.broker.before('DELETE /session', () => new Promise((resolve) => (told = resolve)));
    const done = parts.session.signOut();
    await expect.poll(() => parts.broker.calls).toContain('DELETE /session');
    expect(await parts.session.current()).toBeUndefined();
    // The browser closes at this point.
    const restarted = createBackground({ disk: parts.disk, keysOf: parts.keysOf });
    restarted.broker.signedIn = true;
    expect(await restarted.session.current()).toBeUndefined();
    told();
    await done;
    expect(await parts.session.logoutUrl()).toBe('https://idp.test/logout');
    expect(await parts.keys.load()).toBeUndefined();
  });

  it('that ends does not undo a sign-in that came meanwhile', async () => {
    await parts.signIn.run();
    let told = (): void => undefined;
    parts.broker.before('DELETE /session', () => new Promise((resolve) => (told = resolve)));
    const done = parts.session.signOut();
    await expect.poll(() => parts.broker.calls).toContain('DELETE /session');
    await parts.signIn.run();
    told();
    await done;
    expect((await parts.session.current())?.account.sub).toBe('p1');
    expect((await parts.session.refreshed(0))?.account.sub).toBe('p1');
  });

  it('signs out here even where the broker can’t be told', async () => {
    await parts.signIn.run();
    parts.broker.next('DELETE /session', 'lost');
    await parts.session.signOut();
    expect(await parts.session.current()).toBeUndefined();
    expect(await parts.keys.load()).toBeUndefined();
  });

  it('ends when the broker says invalid_session, and pages hear of it', async () => {
    await parts.signIn.run();
    const epoch = await parts.events.epoch();
    parts.broker.signedIn = false;
    expect(await parts.session.refreshed(0)).toBeUndefined();
    expect(await parts.events.epoch()).not.toBe(epoch);
    expect(await parts.keys.load()).toBeUndefined();
  });

  it('is asked for again where the clock was put back since', async () => {
    await parts.signIn.run();
    parts.clock.ms -= 3_600_000;
    await parts.session.refreshed(2_000);
    expect(parts.broker.calls.at(-1)).toBe('GET /session');
  });

  it('does not end by a late answer about the session before', async () => {
    await parts.signIn.run();
    parts.broker.before('GET /session', async () => {
      parts.broker.before('GET /session', async () => undefined);
      await parts.signIn.run();
      parts.broker.next('GET /session', Response.json({ error: 'invalid_session' }, { status: 401 }));
    });
    expect(await parts.session.refreshed(0)).toBeDefined();
    expect(await parts.session.current()).toBeDefined();
  });

  it('asks whether it is over once its time has come', async () => {
    await parts.signIn.run();
    parts.clock.ms += 3_600_000;
    parts.broker.signedIn = false;
    expect(await parts.session.current()).toBeUndefined();
  });

  it('stays known while the broker is away', async () => {
    await parts.signIn.run();
    parts.broker.next('GET /session', 'lost');
    await expect(parts.session.refreshed(0)).rejects.toMatchObject({ code: 'offline' });
    expect(await parts.session.current()).toBeDefined();
  });

  it('takes a site’s tokens away before it tells the broker', async () => {
    await parts.signIn.run();
    await parts.session.grant(read, 'p1');
    await parts.tokens.get({ origin: shop, resource: api, scopes: ['orders:read'] }, 5);
    const epoch = await parts.events.epoch();
    parts.broker.next('DELETE /session/consents', 'lost');
    await expect(parts.session.revoke({ origin: shop })).rejects.toMatchObject({ code: 'offline' });
    expect(Object.keys(parts.area.dump()).filter((key) => key.includes(' token:'))).toEqual([]);
    expect(await parts.events.epoch()).not.toBe(epoch);
  });
});

describe('what was decided elsewhere', () => {
  it('reaches pages as soon as anything asks the broker, and not twice', async () => {
    await parts.signIn.run();
    await parts.session.grant(read, 'p1');
    await parts.tokens.get({ origin: shop, resource: api, scopes: ['orders:read'] }, 5);
    const epoch = await parts.events.epoch();
    parts.broker.consents.splice(0);
    await parts.session.refreshed(0);
    expect(await parts.events.epoch()).not.toBe(epoch);
    expect(Object.keys(parts.area.dump()).some((key) => key.includes('token:'))).toBe(false);
    const told = parts.broadcasts.length;
    await parts.session.check(false);
    expect(parts.broadcasts).toHaveLength(told);
  });

  it('is no news to pages where a site was only used', async () => {
    await parts.signIn.run();
    const told = parts.broadcasts.length;
    parts.broker.sites = [{ origin: shop, last_used_at: 1_700_000_000 }];
    await parts.session.refreshed(0);
    expect((await parts.session.known())?.sites).toEqual(parts.broker.sites);
    expect(parts.broadcasts).toHaveLength(told);
    parts.broker.sites = [{ origin: shop, refused_at: 1 }];
    await parts.session.refreshed(0);
    expect(parts.broadcasts).toHaveLength(told + 1);
  });
});

describe('a check, after the broker said that something changed', () => {
  const cached = () => Object.keys(parts.area.dump()).filter((key) => key.includes(' token:')).length;
  beforeEach(async () => {
    await parts.signIn.run();
    await parts.session.grant(read, 'p1');
    await parts.tokens.get({ origin: shop, resource: api, scopes: ['orders:read'] }, 5);
  });

  it('voids nothing where nothing changed, or more is allowed', async () => {
    const epoch = await parts.events.epoch();
    await parts.session.check(false);
    parts.broker.consents.push({ origin: shop, resource: api, scope: 'orders:write', granted_at: 2 });
    await parts.session.check(false);
    expect(cached()).toBe(1);
    expect(await parts.events.epoch()).toBe(epoch);
    expect((await parts.session.known())?.consents).toHaveLength(2);
  });

  it('voids tokens where a consent is gone', async () => {
    const epoch = await parts.events.epoch();
    parts.broker.consents = [];
    await parts.session.check(false);
    expect(cached()).toBe(0);
    expect(await parts.events.epoch()).not.toBe(epoch);
  });

  it('voids tokens where what is in them may be old', async () => {
    await parts.session.check(true);
    expect(cached()).toBe(0);
  });

  it('ends the session where it has ended there', async () => {
    parts.broker.signedIn = false;
    await parts.session.check(false);
    expect(await parts.session.known()).toBeUndefined();
  });

  it('ends the session that is over, and no other', async () => {
    const began = (await parts.session.known())?.session.created_at ?? 0;
    await parts.session.over(began - 60);
    expect(await parts.session.known()).toBeDefined();
    await parts.session.over(began);
    expect(await parts.session.known()).toBeUndefined();
    expect(cached()).toBe(0);
  });

  it('changes nothing where the broker is away', async () => {
    parts.broker.next('GET /session', 'lost');
    await expect(parts.session.check(true)).rejects.toMatchObject({ code: 'offline' });
    expect(cached()).toBe(1);
    expect(await parts.session.known()).toBeDefined();
  });
});
