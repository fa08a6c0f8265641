import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { beginDevice, pollDevice, refreshDevice } from './kit/device-flow.ts';
import { createPerson, type Person } from './kit/person.ts';
import { createSessionClient } from './kit/session-client.ts';
import { fieldOf } from './kit/visitor.ts';

let broker: TestBroker;
let issuer: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

const grace = ['grace', 'compiler-1952'] as const;

const open = async (person: Person) => person.signIn(await person.visitor.visit(`${issuer}/account`));

async function newDevice(person: Person): Promise<string> {
  const started = await beginDevice(issuer, 'tv');
  await person.decide(await person.enter(started.user_code), 'allow');
  return (await pollDevice(issuer, 'tv', started.device_code)).body.refresh_token;
}

async function newBrowser() {
  const session = await createSessionClient(issuer, undefined, broker.origins.idp);
  await session.signIn();
  return session;
}

describe('/account', () => {
  it('asks who is there, then shows their browsers, devices and sites, and nobody else’s', async () => {
    const [ada, other] = [createPerson(broker.origins), createPerson(broker.origins, grace)];
    await newDevice(ada);
    const session = await newBrowser();
    const { shop, api } = broker.origins;
    await session.call('POST', '/session/consents', { origin: shop, resource: api, scope: 'orders:write' });
    const { text } = await open(ada);
    for (const fact of ['Living-room TV', 'See your orders', 'Last used', 'Shop', shop, 'Change your orders']) {
      expect(text).toContain(fact);
    }
    expect(text).toMatch(/id="browsers".*end_browser.*id="devices"/s);
    const others = await open(other);
    for (const fact of ['end_browser', 'end_device', 'end_site']) expect(others.text).not.toContain(fact);
  });

  it('renames a device', async () => {
    const person = createPerson(broker.origins);
    await newDevice(person);
    const page = await open(person);
    const id = deviceOf(page.text);
    const renamed = await person.press(page, '/account', 'rename_device', { id, name: ' Kitchen\u0000 <b>TV</b> ' });
    expect(renamed.text).toContain('Kitchen &lt;b&gt;TV&lt;/b&gt;');
    expect((await person.press(page, '/account', 'rename_device', { id, name: ' ' })).status).toBe(400);
    expect((await person.press(page, '/account', 'rename_device', { id, name: 'x'.repeat(61) })).status).toBe(400);
  });

  it('signs out one device, one browser, and takes one site back', async () => {
    const person = createPerson(broker.origins);
    const refreshToken = await newDevice(person);
    const session = await newBrowser();
    const { shop, api } = broker.origins;
    await session.call('POST', '/session/consents', { origin: shop, resource: api, scope: 'orders:read' });
    let page = await open(person);
    page = await person.press(page, '/account', 'end_device', { id: deviceOf(page.text) });
    expect((await refreshDevice(issuer, 'tv', refreshToken)).body.error).toBe('invalid_grant');
    page = await person.press(page, '/account', 'end_site', { origin: shop });
    expect((await session.call('GET', '/session')).body.consents).toEqual([]);
    await person.press(page, '/account', 'end_browser', { id: idOf(page.text, 'end_browser') });
    expect((await session.call('GET', '/session')).body.error).toBe('invalid_session');
  });

  it('changes nothing that is somebody else’s, and nothing without its form', async () => {
    const [ada, other] = [createPerson(broker.origins), createPerson(broker.origins, grace)];
    const refreshToken = await newDevice(ada);
    const session = await newBrowser();
    const { text } = await open(ada);
    const page = await open(other);
    for (const [action, id] of [
      ['end_device', deviceOf(text)],
      ['rename_device', deviceOf(text)],
      ['end_browser', idOf(text, 'end_browser')],
    ] as const) {
      await other.press(page, '/account', action, { id, name: 'Mine' });
    }
    const forged = { csrf: fieldOf(page.text, 'csrf'), action: 'end_device', id: deviceOf(text) };
    expect((await ada.visitor.visit(`${issuer}/account`, forged)).status).toBe(403);
    expect((await createPerson(broker.origins).visitor.visit(`${issuer}/account`, forged)).status).toBe(403);
    expect((await refreshDevice(issuer, 'tv', refreshToken)).status).toBe(200);
    expect((await session.call('GET', '/session')).status).toBe(200);
    expect((await open(ada)).text).not.toContain('Mine');
  });

  it('signs nobody out where somebody else signs in', async () => {
    const person = createPerson(broker.origins);
    const refreshToken = await newDevice(person);
    const login = await person.press(await open(person), '/account', 'end_all');
    const left = await person.visitor.visit(login.url, { username: grace[0], password: grace[1] });
    const end = { xsrf: fieldOf(left.text, 'xsrf'), logout: 'yes' };
    const done = await person.visitor.visit(`${broker.origins.idp}/session/end/confirm`, end);
    expect(done.status).toBe(403);
    expect((await refreshDevice(issuer, 'tv', refreshToken)).status).toBe(200);
  });

  it('goes by the page’s own cookie: that of the extension opens nothing', async () => {
    const session = await newBrowser();
    const { status, body } = await session.call('GET', '/session');
    expect(status).toBe(200);
    const answer = await fetch(`${issuer}/account`, {
      headers: { cookie: session.cookie },
      redirect: 'manual',
    });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toContain(broker.origins.idp);
    expect(await answer.text()).not.toContain(body.account.email);
  });

  it('signs out everywhere after a fresh sign-in of the same person, and not before', async () => {
    const person = createPerson(broker.origins);
    const [refreshToken, session] = [await newDevice(person), await newBrowser()];
    const waiting = await beginDevice(issuer, 'tv');
    await person.decide(await person.enter(waiting.user_code), 'allow');
    const login = await person.press(await open(person), '/account', 'end_all');
    expect(login.url.origin).toBe(broker.origins.idp);
    expect((await session.call('GET', '/session')).status).toBe(200);
    expect((await person.signIn(login)).text).toContain('You’re signed out everywhere');
    expect((await session.call('GET', '/session')).body.error).toBe('invalid_session');
    expect((await refreshDevice(issuer, 'tv', refreshToken)).body.error).toBe('invalid_grant');
    // Approved, but not yet redeemed.
    expect((await pollDevice(issuer, 'tv', waiting.device_code)).body.error).toBe('access_denied');
    expect((await open(person)).text).not.toContain('end_device');
  });
});

function idOf(text: string, action: string): string {
  const form = text.split('<form').find((part) => part.includes(`value="${action}"`)) ?? '';
  return fieldOf(form, 'id');
}

const deviceOf = (text: string): string => idOf(text, 'end_device');
