import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceLogin, type Tokens } from '../../clients/device/index.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createDeviceAsker } from './kit/device-asker.ts';
import { beginDevice, pollDevice, postForm } from './kit/device-flow.ts';
import { openEvents } from './kit/event-stream.ts';
import { createPerson } from './kit/person.ts';

let broker: TestBroker;
let issuer: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    // Requests from 127.0.0.1 may name another address, as behind a proxy.
    config.trusted_proxies = ['127.0.0.0/8'];
    // Budgets against tiring people don't grow with it.
    config.rate_limit_factor = 10;
    const [api = ''] = Object.keys(config.resources as object);
    const allow = { [api]: ['orders:read'] };
    const locked = { name: 'Locked', allow, groups: ['example:nobody'], number_matching: true };
    Object.assign(config.devices as object, { locked });
  });
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

let senders = 0;
/** Each device asks from an address of its own: one address makes few people's browsers ask. */
const fromElsewhere = (address = `198.51.100.${++senders}`) => ({ 'X-Forwarded-For': address });
const naming = (hint: string, clientId = 'cli', headers = fromElsewhere()) =>
  beginDevice(issuer, clientId, { login_hint: hint }, headers);
/** From the address of the browsers here. Only a few can. */
const namingNear = (hint: string) => naming(hint, 'cli', { 'X-Forwarded-For': '127.0.0.1' });
const newBrowser = (username: string) => createDeviceAsker(broker, username);
const tokensOf = async ({ device_code }: { device_code: string }, clientId = 'cli') =>
  (await pollDevice(issuer, clientId, device_code)).body;
/** People are asked five times an hour, so most tests have an hour of their own. */
const anHourLater = () => broker.rows('delete from rate_limits');

describe('a device that names the account', () => {
  it('is asked about in the browsers of its person, who pick the number that it shows', async () => {
    const [ada, grace] = [await newBrowser('ada'), await newBrowser('grace')];
    const [stream, others] = [await openEvents(ada, issuer), await openEvents(grace, issuer)];
    await Promise.all([stream.connected(), others.connected()]);
    expect(await ada.asking()).toEqual({ outcome: 'none' });
    // Spellings of an address that people take for the same are the same.
    const started = await namingNear(' ADA@Example.com');
    await stream.count(1);
    expect(stream.names).toEqual(['device_request']);
    const question = await ada.asking();
    expect(question).toEqual({
      outcome: 'asking',
      request: expect.stringMatching(/^[\w-]{43}$/),
      client: 'Command line',
      resource: expect.any(String),
      scopes: expect.any(Array),
      knows: [],
      stays: expect.any(Number),
      started_at: expect.any(Number),
      from: '127.0.0.1',
      same_network: true,
      numbers: expect.arrayContaining([started.latchkey_number]),
      expires_at: expect.any(Number),
    });
    expect(new Set(question.numbers).size).toBe(3);
    expect(JSON.stringify(question)).not.toContain(started.user_code);
    // However often it asks, it is one question.
    expect((await ada.asking()).request).toBe(question.request);
    expect((await tokensOf(started)).error).toBe('authorization_pending');
    expect((await ada.allow(question.request, started.latchkey_number)).body).toEqual({ outcome: 'allowed' });
    expect(await tokensOf(started)).toMatchObject({ access_token: expect.any(String) });
    expect(await ada.asking()).toEqual({ outcome: 'none' });
    expect(others.names).toEqual([]);
    await Promise.all([stream.close(), others.close()]);
  });

  it('shows a number of two digits, which comes at every place of the question', async () => {
    await anHourLater();
    const places = new Set<number>();
    const ada = await newBrowser('ada');
    const { latchkey_number: shown = '' } = await naming('ada@example.com');
    expect(shown).toMatch(/^[1-9]\d$/);
    for (let n = 0; n < 50 && places.size < 3; n += 1) places.add((await ada.asking()).numbers.indexOf(shown));
    expect([...places].sort()).toEqual([0, 1, 2]);
    await ada.post('decision', { request: (await ada.asking()).request, decision: 'deny' });
  });

  it('is over with one wrong number, in every browser, and the right one is too late', async () => {
    await anHourLater();
    const [ada, other] = [await newBrowser('ada'), await newBrowser('ada')];
    const started = await namingNear('ada@example.com');
    const shown = started.latchkey_number;
    const [{ request, numbers }, elsewhere] = [await ada.asking(), await other.asking()];
    expect(elsewhere.request).not.toBe(request);
    const wrong = numbers.find((number: string) => number !== shown);
    expect((await ada.allow(request, wrong)).body).toEqual({ outcome: 'wrong_number' });
    expect((await tokensOf(started)).error).toBe('access_denied');
    expect((await ada.allow(request, shown)).body).toEqual({ outcome: 'denied' });
    expect((await other.allow(elsewhere.request, shown)).body).toEqual({ outcome: 'denied' });
    expect(await ada.enter(started.user_code)).toEqual({ outcome: 'wrong' });
    expect(await other.asking()).toEqual({ outcome: 'none' });
    expect(broker.logged.some((line) => line.includes('device_wrong_number'))).toBe(true);
    const entries = await broker.rows(`select type, detail from audit where type = 'device.denied' order by seq desc`);
    expect(JSON.parse(String(entries[0]?.detail))).toMatchObject({ client: 'cli', reason: 'wrong_number' });
  });

  it('is not asked about for an hour after a wrong number or a report, and neither is one that waits', async () => {
    for (const alarm of ['number', 'report']) {
      await anHourLater();
      const ada = await newBrowser('ada');
      const waits = await namingNear('ada@example.com');
      const { request: waiting } = await ada.asking();
      const newer = await naming('ada@example.com');
      const { request, numbers } = await ada.asking();
      expect(request).not.toBe(waiting);
      if (alarm === 'report') await ada.post('decision', { request, decision: 'report' });
      else
        await ada.begin(
          request,
          numbers.find((number: string) => number !== newer.latchkey_number),
        );
      expect(await ada.asking()).toEqual({ outcome: 'none' });
      expect((await ada.begin(waiting, waits.latchkey_number)).begun.body).toEqual({ outcome: 'denied' });
      expect((await tokensOf(waits)).error).toBe('access_denied');
      const next = await naming('ada@example.com');
      expect(next).not.toHaveProperty('latchkey_number');
      expect(await ada.enter(next.user_code)).toMatchObject({ outcome: 'found' });
    }
  });

  it('is not allowed without a number, nor by a wrong number while a right one is at the provider', async () => {
    await anHourLater();
    const ada = await newBrowser('ada');
    const started = await namingNear('ada@example.com');
    const { request, numbers } = await ada.asking();
    const shown = started.latchkey_number;
    for (const number of [undefined, '', '1', '007', '1\0', '١٢'])
      expect((await ada.begin(request, number)).begun).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      });
    expect((await tokensOf(started)).error).toBe('authorization_pending');
    const { begun, state, verifier } = await ada.begin(request, shown);
    const { url } = await ada.visitor.visit(begun.body.authorization_url);
    const wrong = numbers.find((number: string) => number !== shown);
    expect((await ada.begin(request, wrong)).begun.body).toEqual({ outcome: 'wrong_number' });
    const [code, iss] = [url.searchParams.get('code'), url.searchParams.get('iss')];
    expect((await ada.post('allow', { state, code, code_verifier: verifier, iss })).body).toEqual({
      outcome: 'denied',
    });
  });

  it('from another network, the person signs in at the provider again, though the number is right', async () => {
    await anHourLater();
    const ada = await newBrowser('ada');
    const started = await naming('ada@example.com');
    const question = await ada.asking();
    expect(question).toMatchObject({ outcome: 'asking', same_network: false });
    const { begun } = await ada.begin(question.request, started.latchkey_number);
    expect((await ada.visitor.visit(begun.body.authorization_url)).text).toContain('type="password"');
    // The network counts that the browser asks from now.
    ada.headers['X-Forwarded-For'] = `198.51.100.${senders}`;
    expect(await ada.asking()).toMatchObject({ request: question.request, same_network: true });
    await ada.post('decision', { request: question.request, decision: 'deny' });
  });

  it('can be reported, and the report has where it asked from', async () => {
    await anHourLater();
    const ada = await newBrowser('ada');
    const started = await naming('ada@example.com', 'cli', fromElsewhere('203.0.113.9'));
    const { request } = await ada.asking();
    expect((await ada.post('decision', { request, decision: 'report' })).body).toEqual({ outcome: 'reported' });
    expect((await tokensOf(started)).error).toBe('access_denied');
    expect(broker.logged.some((line) => line.includes('device_reported') && line.includes('203.0.113.9'))).toBe(true);
  });

  it('can be signed in by its code as any other, in the extension and on the page', async () => {
    await anHourLater();
    const ada = await newBrowser('ada');
    const first = await namingNear('ada@example.com');
    const byCode = await ada.enter(first.user_code);
    expect(byCode).toMatchObject({ outcome: 'found', user_code: first.user_code });
    expect(byCode).not.toHaveProperty('numbers');
    expect((await ada.allow(byCode.request)).body).toEqual({ outcome: 'allowed' });
    const second = await namingNear('ada@example.com');
    const person = createPerson(broker.origins);
    expect((await person.enter(second.user_code)).text).toContain('Command line');
    const { request } = await ada.asking();
    await ada.post('decision', { request, decision: 'deny' });
  });

  it('is asked about in one session: no other finds the question, of whatever person', async () => {
    await anHourLater();
    const [ada, other, grace] = [await newBrowser('ada'), await newBrowser('ada'), await newBrowser('grace')];
    const started = await namingNear('ada@example.com');
    const { request } = await ada.asking();
    expect(await grace.asking()).toEqual({ outcome: 'none' });
    for (const stranger of [other, grace]) {
      const { begun } = await stranger.begin(request, started.latchkey_number);
      expect(begun).toMatchObject({ status: 400, body: { error: 'invalid_transaction' } });
      const denied = await stranger.post('decision', { request, decision: 'deny' });
      expect(denied.body.error).toBe('invalid_transaction');
    }
    expect((await tokensOf(started)).error).toBe('authorization_pending');
    await ada.post('decision', { request, decision: 'deny' });
  });

  it('is over when its code has expired', async () => {
    await anHourLater();
    const ada = await newBrowser('ada');
    const started = await namingNear('ada@example.com');
    const { request } = await ada.asking();
    await broker.rows('update device_grants set expires_at = 1 where account_key is not null');
    expect(await ada.asking()).toEqual({ outcome: 'none' });
    expect((await ada.begin(request, started.latchkey_number)).begun.body).toEqual({ outcome: 'expired' });
  });

  it('asks nobody who may not use its client, whose request hides no other', async () => {
    await anHourLater();
    const ada = await newBrowser('ada');
    const started = await namingNear('ada@example.com');
    expect((await naming('ada@example.com', 'locked')).latchkey_number).toBeDefined();
    const question = await ada.asking();
    expect(question).toMatchObject({
      client: 'Command line',
      numbers: expect.arrayContaining([started.latchkey_number]),
    });
    await ada.post('decision', { request: question.request, decision: 'deny' });
    expect(await ada.asking()).toEqual({ outcome: 'none' });
  });

  it('needs a session whose grant lasts', async () => {
    const ada = await newBrowser('ada');
    await broker.rows(`update sessions set state = 'reauth_required' where sub = ?`, ada.sub);
    expect((await ada.asking()).error).toBe('login_required');
    expect((await ada.post('asking', { user_code: 'BCDF-GHJK' })).body.error).toBe('login_required');
  });
});

it('@latchkey/device shows the number, and gets tokens once it is picked', async () => {
  await anHourLater();
  const ada = await newBrowser('ada');
  const asked = { issuer, clientId: 'cli', loginHint: 'ada@example.com' };
  let tokens: Tokens | undefined;
  for await (const state of deviceLogin(asked)) {
    if (state.type === 'code') {
      const { request, numbers } = await ada.asking();
      expect(numbers).toContain(state.number);
      expect((await ada.allow(request, state.number)).body).toEqual({ outcome: 'allowed' });
    }
    if (state.type === 'done') tokens = state.tokens;
  }
  expect(tokens?.access_token).toEqual(expect.any(String));
});

describe('what a device learns', () => {
  it('is the same for an account that nobody has, and for names of every shape', async () => {
    await anHourLater();
    const members = async (hint: string) => Object.keys(await naming(hint)).sort();
    const known = await members('ada@example.com');
    expect(known).toContain('latchkey_number');
    const names = ['nobody@example.com', 'no address', '@', 'a\0b@\uD83D', '漢'.repeat(320), `'"\\%_`];
    for (const name of names) expect(await members(name)).toEqual(known);
  });

  it('is that a name is too long', async () => {
    const form = { client_id: 'cli', login_hint: 'a'.repeat(321) };
    expect(await postForm(`${issuer}/device_authorization`, form)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
  });

  it('is no number if its client has no number matching, and nobody is asked', async () => {
    await anHourLater();
    const grace = await newBrowser('grace');
    expect(await naming('grace@example.com', 'tv')).not.toHaveProperty('latchkey_number');
    expect(await beginDevice(issuer, 'cli')).not.toHaveProperty('latchkey_number');
    expect(await naming('  ')).not.toHaveProperty('latchkey_number');
    expect(await grace.asking()).toEqual({ outcome: 'none' });
  });
});

describe('a flood of requests', () => {
  it('asks a person five times an hour, from however many addresses, and devices still sign in by code', async () => {
    await anHourLater();
    const grace = await newBrowser('grace');
    for (let n = 0; n < 5; n += 1)
      expect((await naming('grace@example.com')).latchkey_number).toEqual(expect.any(String));
    const sixth = await naming('Grace@example.com');
    expect(sixth).not.toHaveProperty('latchkey_number');
    for (let n = 0; n < 5; n += 1) {
      const { outcome, request } = await grace.asking();
      expect(outcome).toBe('asking');
      await grace.post('decision', { request, decision: 'deny' });
    }
    expect(await grace.asking()).toEqual({ outcome: 'none' });
    expect(await grace.enter(sixth.user_code)).toMatchObject({ outcome: 'found' });
    // Others are asked as ever.
    expect((await naming('ada@example.com')).latchkey_number).toEqual(expect.any(String));
  });

  it('from one address asks five times an hour, whoever they are, and takes nothing from their hour after that', async () => {
    await anHourLater();
    const from = fromElsewhere();
    for (let n = 0; n < 5; n += 1)
      expect((await naming(`victim-${n}@example.com`, 'cli', from)).latchkey_number).toEqual(expect.any(String));
    for (let n = 0; n < 6; n += 1)
      expect(await naming('ada@example.com', 'cli', from)).not.toHaveProperty('latchkey_number');
    expect((await naming('ada@example.com')).latchkey_number).toEqual(expect.any(String));
  });
});
