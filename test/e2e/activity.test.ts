import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { endAtProvider } from '../../broker/hooks/end-at-provider.ts';
import { createStore } from '../../broker/store/open.ts';
import type { Store } from '../../broker/store/store.ts';
import type { ActivityAnswer } from '../../shared/session-activity.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { beginDevice, pollDevice, refreshDevice } from './kit/device-flow.ts';
import { openEvents } from './kit/event-stream.ts';
import { createPerson, type Person } from './kit/person.ts';
import { createSessionClient } from './kit/session-client.ts';
import { createVisitor } from './kit/visitor.ts';

let broker: TestBroker;
let issuer: string;
let store: Store;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
  issuer = broker.origins.broker;
  store = await createStore(broker.storeUrl, { now: Date.now, poolSize: 2 });
});
afterAll(async () => {
  await store?.close();
  await broker?.close();
});

const people = { ada: 'engine-1843', grace: 'compiler-1952' };

async function newBrowser(username: keyof typeof people, visitor = createVisitor([broker.origins.idp])) {
  const session = await createSessionClient(issuer, visitor);
  const { account } = await session.signIn(username, people[username]);
  const activity = async (before?: number): Promise<ActivityAnswer> => {
    const query = before === undefined ? '' : `?before=${before}`;
    const { status, body } = await session.call('GET', `/session/activity${query}`, undefined, {
      proofUrl: `${issuer}/session/activity`,
    });
    expect(status).toBe(200);
    return body;
  };
  const newest = async () => (await activity()).entries[0];
  return { ...session, sub: account.sub, activity, newest };
}

async function newDevice(person: Person) {
  const started = await beginDevice(issuer, 'tv');
  await person.decide(await person.enter(started.user_code), 'allow');
  return (await pollDevice(issuer, 'tv', started.device_code)).body.refresh_token;
}

describe('a person’s activity', () => {
  it('has each sign-in, device and site in words, and says which browser is this one', async () => {
    const browser = await newBrowser('ada');
    expect(await browser.newest()).toEqual({
      id: expect.any(Number),
      at: expect.any(Number),
      kind: 'browser_signed_in',
      name: expect.any(String),
      from: '127.0.0.1',
      here: true,
      is_new: true,
      sign_in: { of: 'browser', id: expect.any(String) },
    });
    const elsewhere = await newBrowser('ada');
    expect(await browser.newest()).toMatchObject({ kind: 'browser_signed_in', here: false, is_new: true });

    await newDevice(createPerson(broker.origins));
    expect(await browser.newest()).toMatchObject({
      ...{ kind: 'device_signed_in', name: 'Living-room TV', is_new: true, from: '127.0.0.1' },
      sign_in: { of: 'device' },
    });

    const site = { origin: broker.origins.shop, resource: broker.origins.api, scope: 'orders:read' };
    await browser.call('POST', '/session/consents', site);
    expect(await browser.newest()).toMatchObject({ kind: 'site_allowed', name: 'Shop' });
    await browser.call('DELETE', '/session/consents', { origin: site.origin });
    expect(await browser.newest()).toMatchObject({ kind: 'site_removed', name: 'Shop' });

    await elsewhere.call('DELETE', '/session');
    expect(await browser.newest()).toMatchObject({ kind: 'browser_signed_out', by: 'person' });
    expect((await browser.activity()).entries.filter(({ sign_in }) => sign_in?.of === 'browser')).toHaveLength(1);
  });

  it('shows nothing of anybody else, and nothing of operators', async () => {
    const [ada, grace] = [await newBrowser('ada'), await newBrowser('grace')];
    const { entries } = await grace.activity();
    const theirs = new Set((await ada.activity()).entries.map(({ id }) => id));
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(({ id }) => theirs.has(id))).toEqual([]);
    await store.appendAudit({ type: 'hook.okta_events', sub: grace.sub, detail: { operator: { user: 'root' } } }, 0);
    const answer = await grace.activity();
    expect(answer).toEqual({ entries });
  });

  it('names the organization for what the provider ended, in an entry of each person', async () => {
    const [ada, device] = [await newBrowser('ada'), await newDevice(createPerson(broker.origins))];
    const person = await store.getPerson(ada.sub);
    if (!person) throw new Error('Ada is not there');
    const config = { session: { idleMs: 1, absoluteMs: 1 }, devices: new Map() };
    const { issuer: provider, idpSub } = person;
    const logout = { iat: Date.now(), reason: 'backchannel_logout', upstream: 'example' };
    const target = { issuer: provider, idpSub };
    const ended = await endAtProvider({ config, store, now: Date.now }, { target, ...logout });
    expect(ended.sessions.length).toBeGreaterThan(0);
    expect((await refreshDevice(issuer, 'tv', device)).body.error).toBe('invalid_grant');
    // The logout covers the whole second (NumericDate).
    const again = await vi.waitFor(() => newBrowser('ada'), { timeout: 5_000 });
    const { entries } = await again.activity();
    const kinds = entries.filter(({ by }) => by === 'organization').map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['browser_signed_out', 'device_signed_out']));
  });

  it('comes in pages, each entry once', async () => {
    const ada = await newBrowser('ada');
    for (let n = 0; n < 45; n += 1) {
      const detail = { origin: `https://s${n}.example` };
      await store.appendAudit({ type: 'consent.refused', sub: ada.sub, detail }, Date.now());
    }
    const seen: number[] = [];
    let before: number | undefined;
    do {
      const { entries, next } = await ada.activity(before);
      expect(entries.length).toBeLessThanOrEqual(20);
      seen.push(...entries.map(({ id }) => id));
      before = next;
    } while (before !== undefined);
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => b - a));
    expect(seen.length).toBeGreaterThan(45);
    const { status } = await ada.call('GET', '/session/activity?before=x', undefined, {
      proofUrl: `${issuer}/session/activity`,
    });
    expect(status).toBe(400);
  });

  it('does not call it a new browser if a browser signs in again', async () => {
    const browser = await newBrowser('ada');
    await browser.signIn();
    const { entries } = await browser.activity();
    expect(entries[0]).toMatchObject({ kind: 'browser_signed_in', here: true, is_new: false });
    expect(entries.filter(({ here }) => here)).toHaveLength(1);
  });

  it('has a silent sign-in of a new browser, and tells the others: the provider’s cookies may be stolen', async () => {
    const visitor = createVisitor([broker.origins.idp]);
    const browser = await newBrowser('ada', visitor);
    const events = await openEvents(browser, issuer);
    await events.connected();
    const thief = await createSessionClient(issuer, visitor);
    expect((await thief.signInSilently(browser.sub)).status).toBe(201);
    await events.count(1);
    expect(events.names).toEqual(['sign_in']);
    await events.close();
    expect(await browser.newest()).toMatchObject({
      ...{ kind: 'browser_signed_in', here: false, is_new: true },
      sign_in: { of: 'browser' },
    });
  });

  it('has nothing of a session that goes on silently, and tells nobody', async () => {
    const visitor = createVisitor([broker.origins.idp]);
    const [watcher, browser] = [await newBrowser('ada'), await createSessionClient(issuer, visitor)];
    await browser.signIn();
    const before = await watcher.newest();
    const events = await openEvents(watcher, issuer);
    await events.connected();
    expect((await browser.signInSilently(watcher.sub)).status).toBe(201);
    expect((await browser.call('GET', '/session')).status).toBe(200);
    expect((await watcher.newest())?.id).toBe(before?.id);
    await browser.call('POST', '/session/consents', {
      ...{ origin: broker.origins.shop, resource: broker.origins.api, scope: 'orders:read' },
    });
    await events.count(1);
    expect(events.names).toEqual(['consent']);
    await events.close();
    await browser.call('DELETE', '/session/consents', { origin: broker.origins.shop });
  });

  it('calls it a new browser if the session that was there is another person’s', async () => {
    const visitor = createVisitor([broker.origins.idp]);
    const [ada, thief] = [await newBrowser('ada'), await newBrowser('grace', visitor)];
    const events = await openEvents(ada, issuer);
    await events.connected();
    visitor.cookies(new URL(broker.origins.idp).host).clear();
    expect((await thief.signIn('ada', people.ada)).account.sub).toBe(ada.sub);
    await events.count(1);
    expect(events.names).toEqual(['sign_in']);
    await events.close();
    expect(await ada.newest()).toMatchObject({ kind: 'browser_signed_in', here: false, is_new: true });
  });

  it('lets the person end a sign-in that was not theirs, and nobody end another’s', async () => {
    const [ada, thief, grace] = [await newBrowser('ada'), await newBrowser('ada'), await newBrowser('grace')];
    const { sign_in: signIn } = (await ada.newest()) ?? {};
    expect(signIn).toBeDefined();
    expect((await grace.call('POST', '/session/activity/end', signIn)).status).toBe(204);
    expect((await thief.call('GET', '/session')).status).toBe(200);
    expect((await ada.call('POST', '/session/activity/end', signIn)).status).toBe(204);
    expect((await thief.call('GET', '/session')).body).toMatchObject({ error: 'invalid_session', ended: true });
    expect(await ada.newest()).toMatchObject({ kind: 'browser_signed_out', by: 'person' });
    expect((await ada.call('POST', '/session/activity/end', { of: 'everything', id: 'x' })).status).toBe(400);
  });

  it('is for who has the session’s key and cookie', async () => {
    const [ada, stranger] = [await newBrowser('ada'), await createSessionClient(issuer)];
    const { cookie } = ada;
    expect((await stranger.call('GET', '/session/activity', undefined, { cookie })).status).toBe(401);
    expect((await fetch(`${issuer}/session/activity`, { headers: { cookie } })).status).toBe(400);
  });

  it('keeps no session alive: the extension asks by itself', async () => {
    const ada = await newBrowser('ada');
    await broker.rows('update sessions set idle_expires_at = idle_expires_at - 3600000 where sub = ?', ada.sub);
    const expiry = () => broker.rows('select idle_expires_at from sessions where sub = ?', ada.sub);
    const before = await expiry();
    await ada.activity();
    expect(await expiry()).toEqual(before);
    await ada.call('GET', '/session');
    expect(await expiry()).not.toEqual(before);
  });

  it('is on the account page, too', async () => {
    const person = createPerson(broker.origins);
    await newDevice(person);
    const { text } = await person.signIn(await person.visitor.visit(`${issuer}/account`));
    expect(text).toMatch(/id="activity".*<bdi>Living-room TV<\/bdi> signed in.*This wasn’t me: sign out/s);
  });
});
