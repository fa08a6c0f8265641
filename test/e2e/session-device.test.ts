import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceQuestion } from '../../shared/session-device.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createDeviceAsker } from './kit/device-asker.ts';
import { beginDevice, pollDevice, refreshDevice } from './kit/device-flow.ts';
import { createSessionClient } from './kit/session-client.ts';
import { createVisitor } from './kit/visitor.ts';

let broker: TestBroker;
let issuer: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    // Requests from 127.0.0.1 may name another address, as behind a proxy.
    config.trusted_proxies = ['127.0.0.0/8'];
    const { tv } = config.devices as { tv: { name: unknown } };
    tv.name = { en: 'Living-room TV', de: 'Fernseher' };
  });
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

const people = { ada: 'engine-1843', grace: 'compiler-1952' };

const newBrowser = (username: keyof typeof people) => createDeviceAsker(broker, username);
const device = () => beginDevice(issuer, 'tv');
const tokensOf = async ({ device_code }: { device_code: string }) => (await pollDevice(issuer, 'tv', device_code)).body;

describe('a device that is signed in by its code in the extension', () => {
  it('is shown as on the page, and gets a grant of its own without a second sign-in', async () => {
    const ada = await newBrowser('ada');
    expect(ada.features).toEqual(['activity', 'devices', 'device_requests']);
    const started = await device();
    const question: DeviceQuestion = await ada.enter(started.user_code.toLowerCase().replace('-', ' '));
    expect(question).toEqual({
      outcome: 'found',
      request: expect.stringMatching(/^[\w-]{43}$/),
      user_code: started.user_code,
      client: 'Living-room TV',
      resource: expect.any(String),
      scopes: ['See your orders'],
      knows: [],
      stays: expect.any(Number),
      started_at: expect.any(Number),
      from: '127.0.0.1',
      same_network: true,
    });
    expect((await tokensOf(started)).error).toBe('authorization_pending');
    expect((await ada.allow(question.request)).body).toEqual({ outcome: 'allowed' });
    const tokens = await tokensOf(started);
    expect(tokens).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
    // It outlives the browser's session.
    await ada.call('DELETE', '/session');
    expect((await refreshDevice(issuer, 'tv', tokens.refresh_token)).status).toBe(200);
  });

  it('is news to all of the person’s browsers: a copy of the one that allowed it could have done so', async () => {
    const [ada, other] = [await newBrowser('ada'), await newBrowser('ada')];
    const started = await device();
    const { request } = await ada.enter(started.user_code);
    expect((await ada.allow(request)).body).toEqual({ outcome: 'allowed' });
    expect((await tokensOf(started)).access_token).toEqual(expect.any(String));
    const newest = async ({ call }: typeof ada) => (await call('GET', '/session/activity')).body.entries[0];
    expect(await newest(ada)).toMatchObject({ kind: 'device_signed_in', here: false, is_new: true });
    expect(await newest(other)).toMatchObject({ kind: 'device_signed_in', here: false, is_new: true });
  });

  it('has its name in the language of the extension, in the question and in the activity', async () => {
    const ada = await newBrowser('ada');
    const headers = { 'Accept-Language': 'de-AT' };
    const started = await device();
    const { body: question } = await ada.call('POST', '/session/device', { user_code: started.user_code }, { headers });
    expect(question).toMatchObject({ client: 'Fernseher', scopes: ['See your orders'] });
    expect((await ada.allow(question.request)).body).toEqual({ outcome: 'allowed' });
    expect((await tokensOf(started)).access_token).toEqual(expect.any(String));
    const newest = async (more?: object) =>
      (await ada.call('GET', '/session/activity', undefined, more)).body.entries[0];
    expect(await newest({ headers })).toMatchObject({ kind: 'device_signed_in', name: 'Fernseher' });
    expect(await newest()).toMatchObject({ kind: 'device_signed_in', name: 'Living-room TV' });
  });

  it('is not signed in if the person denies, and an answer that is sent twice has one result', async () => {
    const ada = await newBrowser('ada');
    for (const [decision, outcome] of [
      ['deny', 'denied'],
      ['report', 'reported'],
    ] as const) {
      const started = await device();
      const { request } = await ada.enter(started.user_code);
      expect((await ada.post('decision', { request, decision })).body).toEqual({ outcome });
      expect((await ada.post('decision', { request, decision })).body).toEqual({ outcome: 'denied' });
      expect((await ada.allow(request)).body).toEqual({ outcome: 'denied' });
      expect((await tokensOf(started)).error).toBe('access_denied');
    }
    expect(broker.logged.some((line) => line.includes('device_reported'))).toBe(true);
  });

  it('is found by its code alone, within the budget that the pages share', async () => {
    const grace = await newBrowser('grace');
    const started = await device();
    expect(await grace.enter('nonsense')).toEqual({ outcome: 'malformed' });
    for (let n = 0; n < 10; n += 1) expect(await grace.enter('BBBB-BBBB')).toEqual({ outcome: 'wrong' });
    expect(await grace.enter(started.user_code)).toEqual({ outcome: 'too_many' });
    expect((await tokensOf(started)).error).toBe('authorization_pending');
    const ada = await newBrowser('ada');
    expect(await ada.enter(started.user_code)).toMatchObject({ outcome: 'found' });
  });

  it('is asked about in one session: no other finds the question, of whatever person', async () => {
    const [ada, other] = [await newBrowser('ada'), await newBrowser('ada')];
    const { request } = await ada.enter((await device()).user_code);
    for (const answer of [
      await other.post('decision', { request, decision: 'deny' }),
      (await other.begin(request)).begun,
    ])
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_transaction' } });
    const { begun, state, verifier } = await ada.begin(request);
    const { url } = await ada.visitor.visit(begun.body.authorization_url);
    const body = {
      state,
      code: url.searchParams.get('code'),
      code_verifier: verifier,
      iss: url.searchParams.get('iss'),
    };
    expect((await other.post('allow', body)).body.error).toBe('invalid_transaction');
    expect((await ada.post('allow', { ...body, code_verifier: 'A'.repeat(43) })).body.error).toBe(
      'invalid_transaction',
    );
    expect((await ada.post('allow', body)).body).toEqual({ outcome: 'allowed' });
    expect((await ada.post('allow', body)).body.error).toBe('invalid_transaction');
  });

  it('belongs to the person who was asked: another account at the provider gets nothing', async () => {
    const ada = await newBrowser('ada');
    const started = await device();
    const { request } = await ada.enter(started.user_code);
    const { begun, state, verifier } = await ada.begin(request);
    const stranger = createVisitor([broker.origins.idp]);
    const first = await stranger.visit(begun.body.authorization_url);
    const { url } = await stranger.visit(first.url, { username: 'grace', password: people.grace });
    const body = {
      state,
      code: url.searchParams.get('code'),
      code_verifier: verifier,
      iss: url.searchParams.get('iss'),
    };
    expect((await ada.post('allow', body)).body.error).toBe('account_selection_required');
    expect((await tokensOf(started)).error).toBe('authorization_pending');
  });

  it('from another network, the person signs in at the provider again', async () => {
    const ada = await newBrowser('ada');
    ada.headers['X-Forwarded-For'] = '198.51.100.7';
    const started = await device();
    const question = await ada.enter(started.user_code);
    expect(question).toMatchObject({ outcome: 'found', same_network: false });
    const { begun, state, verifier } = await ada.begin(question.request);
    const asked = await ada.visitor.visit(begun.body.authorization_url);
    expect(asked.text).toContain('type="password"');
    const { url } = await ada.visitor.visit(asked.url, { username: 'ada', password: people.ada });
    const body = {
      state,
      code: url.searchParams.get('code'),
      code_verifier: verifier,
      iss: url.searchParams.get('iss'),
    };
    expect((await ada.post('allow', body)).body).toEqual({ outcome: 'allowed' });
  });

  it('needs a session whose grant lasts, its key and its cookie', async () => {
    const [ada, stranger] = [await newBrowser('ada'), await createSessionClient(issuer)];
    const { cookie } = ada;
    const body = { user_code: (await device()).user_code };
    expect((await stranger.call('POST', '/session/device', body, { cookie })).status).toBe(401);
    await broker.rows(`update sessions set state = 'reauth_required' where sub = ?`, ada.sub);
    expect((await ada.call('POST', '/session/device', body)).body.error).toBe('login_required');
  });
});
