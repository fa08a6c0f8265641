import { expect, it } from 'vitest';
import { brokerInProcess } from '../../test/broker/in-process.ts';
import { sha256 } from '../keys/hash.ts';
import { pageSessionHash } from './page-session.ts';

/** A browser that began a sign-in at a provider that is now unreachable. */
async function begun() {
  const broker = await brokerInProcess('resources: {}');
  const page = await broker.request('/device');
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const id = /^__Host-lk-page=([^.]+)\./.exec(cookie)?.[1] ?? '';
  const binding = { issuer: 'https://acme.okta.com', nonce: 'n', codeVerifier: 'v' };
  await broker.deps.store.putTransaction({
    id: sha256(`page:${pageSessionHash({ id })}.a-state`),
    kind: 'page',
    data: { upstream: 'okta', binding, purpose: { type: 'account' }, options: { offline: false } },
    expiresAt: broker.clock.now + 5_000,
  });
  const back = async (headers: { cookie?: string }, method = 'GET') =>
    (await broker.request('/callback?state=a-state&code=a-code', { method, headers })).status;
  return { broker, cookie, back };
}

it('a sign-in whose code the provider did not answer goes on when the page is loaded again', async () => {
  const { broker, cookie, back } = await begun();
  expect(await back({ cookie })).toBe(503);
  broker.clock.now += 119_000;
  expect(await back({ cookie })).toBe(503);
  broker.clock.now += 120_000;
  expect(await back({ cookie })).toBe(400);
  await broker.close();
});

it('the callback is not spent by a scanner without the cookie, nor by another browser', async () => {
  const { broker, cookie, back } = await begun();
  const other = (await broker.request('/device')).headers.getSetCookie()[0]?.split(';')[0] ?? '';
  for (const headers of [{}, { cookie: other }, { cookie: 'garbage' }]) expect(await back(headers)).toBe(400);
  expect(await back({ cookie })).toBe(503);
  await broker.close();
});
