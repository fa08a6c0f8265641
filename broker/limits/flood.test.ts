import { randomBytes, randomUUID } from 'node:crypto';
import { clientHeader } from '@latchkey/shared/session-api.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ask,
  basic,
  beginDevice,
  brokerWithProvider,
  chosenHash,
  extension,
  nativeQuery,
  pollDevice,
  postForm,
  signedInDevice,
  signedInPerson,
  typed,
  visitedPage,
} from '../../test/broker/honest.ts';
import type { InProcessBroker } from '../../test/broker/in-process.ts';
import { sha256 } from '../keys/hash.ts';
import { newSecret } from '../oauth/client-authentication/client-secret.ts';

const random = newSecret();
const chosen = { secret: 'correct horse', hash: chosenHash('correct horse') };

let broker: InProcessBroker;
beforeEach(async () => {
  // Reduce every budget to a twentieth, so that floods are short.
  broker = await brokerWithProvider(`
rate_limit_factor: 0.05
services:
  orders: { allow: { https://api.example.com: [orders:read] }, introspect: [https://api.example.com], secret_hash: "${random.hash}" }
  legacy: { introspect: [https://api.example.com], secret_hash: "${chosen.hash}" }`);
});
afterEach(() => broker.close());

const grant = { grant_type: 'client_credentials' };
const key = () => randomBytes(32).toString('base64url');
/** Sends many requests at once, like a flood. */
async function times(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 50)
    await Promise.all(Array.from({ length: Math.min(50, count - done) }, (_, n) => work(done + n)));
}

/** Requests that any page can make a browser send, both simple ones and others. */
const from = (mode: string, dest = 'empty', origin = 'https://evil.example') => ({
  'Sec-Fetch-Site': 'cross-site',
  'Sec-Fetch-Mode': mode,
  'Sec-Fetch-Dest': dest,
  ...(mode === 'no-cors' || mode === 'cors' ? { Origin: origin } : {}),
});
const blind = from('no-cors');
const oldBrowser = { Origin: 'https://evil.example' };

const post = (path: string, headers: Record<string, string>, body = 'x') =>
  ask(broker, path, { method: 'POST', headers, body });
const wrongSecret = (path: string, id: string, headers = {}) =>
  postForm(broker, path, { ...grant, token: 'x', client_id: id, client_secret: key() }, headers);

/** Uses everything from one address: sign-in, account page, native client, device code, device and service. */
async function everybodyIsServed(before: {
  person: Awaited<ReturnType<typeof signedInPerson>>;
  device: Awaited<ReturnType<typeof signedInDevice>>;
}) {
  expect(await before.person.token()).toMatchObject({ status: 200 });
  expect(await before.device.refresh()).toMatchObject({ status: 200 });

  const own = await extension(broker);
  const { begun, finish } = await own.begin();
  expect(begun.status).toBe(200);
  // This test's provider rejects every code, so its error shows that it was asked.
  expect((await own.call('POST', '/session', finish)).body.error).toBe('invalid_grant');

  const account = await ask(broker, '/account', { headers: typed });
  expect([account.status, account.headers.get('location')]).toEqual([302, expect.stringContaining('acme.okta.com')]);
  const program = await ask(broker, `/authorize?${nativeQuery()}`, { headers: typed });
  expect([program.status, program.headers.get('location')]).toEqual([302, expect.stringContaining('acme.okta.com')]);

  const device = await beginDevice(broker);
  expect(device.status).toBe(200);
  expect((await pollDevice(broker, device.body.device_code ?? '')).body.error).toBe('authorization_pending');
  const { csrf, cookie } = await visitedPage(broker);
  const entered = await postForm(broker, '/device', { csrf, user_code: device.body.user_code ?? '' }, { cookie });
  expect([entered.status, entered.text]).toEqual([200, expect.stringContaining('acme.okta.com')]);

  const token = await postForm(broker, '/token', grant, basic('orders', random.secret));
  expect(token.status).toBe(200);
  for (const [id, secret] of [
    ['orders', random.secret],
    ['legacy', chosen.secret],
  ] as const) {
    const answer = await postForm(broker, '/introspect', { token: token.body.access_token ?? '' }, basic(id, secret));
    expect(answer).toMatchObject({ status: 200, body: { active: true } });
  }
}

/** Each exceeds its budget: 15 sign-ins, 3 visits, 2 devices, 30 forms, 30 failures, 300 junk tokens, 1,500 polls. */
const floods: [string, () => Promise<unknown>][] = [
  ['POST /session from a page', () => times(40, () => post('/session', blind))],
  ['POST /session from a page of an old browser', () => times(40, () => post('/session', oldBrowser))],
  ['POST /session/authorize from a page', () => times(40, () => post('/session/authorize', blind))],
  [
    '/session with a client header and no proof',
    () => times(40, () => post('/session', { [clientHeader]: 'extension/1.0.0' })),
  ],
  [
    '/session with a proof by a new key each and a state that nobody was given',
    () =>
      times(40, async () =>
        (await extension(broker)).call('POST', '/session', { state: key(), code: 'x', code_verifier: key() }),
      ),
  ],
  [
    '/session and /session/authorize with a proof and a body of junk',
    async () => {
      const own = await extension(broker);
      await times(40, async () => {
        await own.call('POST', '/session', {});
        await own.call('POST', '/session/authorize', {});
        await own.call('POST', '/session/authorize', {
          redirect_uri: 'https://evil.example/cb',
          code_challenge: key(),
          state: key(),
          nonce: key(),
        });
      });
    },
  ],
  ...['/account', '/authorize'].flatMap((path): [string, () => Promise<unknown>][] =>
    (
      [
        ['an image', from('no-cors', 'image')],
        ['a fetch', from('cors')],
        ['a frame', from('navigate', 'iframe')],
        ['a tab that a page opens', from('navigate', 'document')],
        ['a tab that a sibling site opens', { ...from('navigate', 'document'), 'Sec-Fetch-Site': 'same-site' }],
        ['a prefetch', { ...from('no-cors'), 'Sec-Purpose': 'prefetch' }],
      ] as const
    ).map(([what, headers]) => [
      `GET ${path} as ${what}`,
      () => times(10, () => ask(broker, `${path}${path === '/authorize' ? `?${nativeQuery()}` : ''}`, { headers })),
    ]),
  ),
  ['GET /authorize for nobody', () => times(10, () => ask(broker, '/authorize?client_id=nobody', { headers: typed }))],
  [
    'GET /authorize with a request that is not valid',
    () => times(10, () => ask(broker, `/authorize?${nativeQuery()}&scope=a&scope=b`, { headers: typed })),
  ],
  ...(
    [
      ['no-cors', blind],
      ['cors', from('cors')],
      ['a form', from('navigate', 'document')],
      ['an old browser', oldBrowser],
    ] as const
  ).map(([what, headers]): [string, () => Promise<unknown>] => [
    `POST /device_authorization from a page: ${what}`,
    () => times(10, () => postForm(broker, '/device_authorization', { client_id: 'tv' }, headers)),
  ]),
  [
    'POST /device_authorization by unknown clients, for what they may not have, and by another client',
    () =>
      times(10, async () => {
        await postForm(broker, '/device_authorization', { client_id: key() });
        await postForm(broker, '/device_authorization', { client_id: 'tv', scope: 'all' });
        await beginDevice(broker, 'radio');
      }),
  ],
  ...['/device', '/device/decision', '/account', '/authorize/decision', '/signout'].map(
    (path): [string, () => Promise<unknown>] => [
      `POST ${path} without a CSRF token`,
      () => times(40, () => postForm(broker, path, { user_code: 'BCDF-GHJK', action: 'end_all' }, blind)),
    ],
  ),
  ...['/introspect', '/token'].flatMap((path): [string, () => Promise<unknown>][] => [
    [`${path} with wrong secrets of unknown services`, () => times(40, () => wrongSecret(path, key()))],
    [`${path} with wrong random secrets of the same service`, () => times(40, () => wrongSecret(path, 'orders'))],
    [`${path} with wrong secrets of another service`, () => times(40, () => wrongSecret(path, 'nobody'))],
    [`${path} with wrong chosen secrets from a page`, () => times(40, () => wrongSecret(path, 'legacy', blind))],
    [
      `${path} with wrong assertions`,
      () =>
        times(40, () =>
          postForm(broker, path, {
            ...grant,
            token: 'x',
            client_assertion: 'e30.eyJzdWIiOiJvcmRlcnMifQ.x',
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          }),
        ),
    ],
  ]),
  [
    '/token with polls by a device that does not wait',
    async () => {
      const { body } = await beginDevice(broker);
      await times(1_600, () => pollDevice(broker, body.device_code ?? ''));
    },
  ],
  [
    '/token with polls for a code that has been denied',
    async () => {
      const { body } = await beginDevice(broker);
      const { store } = broker.deps;
      const denied = { decision: 'deny', sub: 'ada' } as const;
      await store.decideDeviceGrant(sha256(body.device_code ?? ''), denied, broker.clock.now);
      await times(1_600, () => pollDevice(broker, body.device_code ?? ''));
    },
  ],
  [
    '/token with codes and tokens that nobody was given',
    () =>
      times(350, async () => {
        const client_id = 'tv';
        await pollDevice(broker, key());
        await postForm(broker, '/token', {
          grant_type: 'refresh_token',
          client_id,
          refresh_token: `${randomBytes(16).toString('base64url')}.${key()}`,
        });
        await postForm(broker, '/token', {
          grant_type: 'authorization_code',
          client_id,
          code: key(),
          redirect_uri: 'x',
          code_verifier: key(),
        });
      }),
  ],
];

describe('a flood', () => {
  it.each(floods)('of %s leaves everybody at the same address served', async (_, flood) => {
    const before = { person: await signedInPerson(broker), device: await signedInDevice(broker) };
    await flood();
    await everybodyIsServed(before);
  });

  it('of 2,000 junk requests to /token makes three rows, and is told to wait', async () => {
    const hit = vi.spyOn(broker.deps.store, 'hit');
    const statuses = new Set<number>();
    await times(500, async () => {
      const client_id = randomUUID();
      const refresh_token = `${randomBytes(16).toString('base64url')}.${key()}`;
      const forms: Record<string, string>[] = [
        { grant_type: 'refresh_token', client_id, refresh_token },
        { grant_type: 'refresh_token', client_id: 'tv', refresh_token },
        { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id, device_code: key() },
        { grant_type: 'client_credentials', client_id, client_secret: key() },
      ];
      for (const form of forms) statuses.add((await postForm(broker, '/token', form)).status);
    });
    expect([...new Set(hit.mock.calls.map(([key]) => key))].toSorted()).toEqual([
      'service-authentication: 203.0.113.9',
      'token-refused:203.0.113.9',
      'token-refused:tv 203.0.113.9',
    ]);
    expect(statuses).toEqual(new Set([400, 401, 429]));
  });
});
