import { expect, it } from 'vitest';
import { brokerInProcess } from '../../test/broker/in-process.ts';
import { sha256 } from '../keys/hash.ts';
import { pageSessionHash } from './page-session.ts';

it('a sign-in whose code the provider did not answer goes on when the page is loaded again', async () => {
  // The provider is unreachable.
  const broker = await brokerInProcess('resources: {}');
  const page = await broker.request('/device');
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const id = /^__Host-lk-page=([^.]+)\./.exec(cookie)?.[1] ?? '';
  const data = {
    page: pageSessionHash({ id }),
    upstream: 'okta',
    nonce: 'n',
    codeVerifier: 'v',
    purpose: { type: 'account' },
  };
  const transaction = { id: sha256('a-state'), kind: 'page', data, expiresAt: broker.clock.now + 5_000 } as const;
  await broker.deps.store.putTransaction(transaction);
  const back = async (headers: Record<string, string>) =>
    (await broker.request('/callback?state=a-state&code=a-code', { headers })).status;
  expect(await back({ cookie })).toBe(503);
  broker.clock.now += 119_000;
  expect(await back({ cookie })).toBe(503);
  // The state belongs to another browser, and the failed attempt uses it up.
  expect(await back({})).toBe(400);
  expect(await back({ cookie })).toBe(400);
  await broker.close();
});
