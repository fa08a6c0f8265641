import { expect, it } from 'vitest';
import { createBackground } from '../../test/extension/background.ts';
import { api, refusal, shop } from '../../test/extension/fake-broker.ts';

const ask = { origin: shop, resource: api, scopes: ['orders:read'] };
const nightMs = 9 * 3_600_000;

/** A laptop sleeps while a user is signed in: tokens expire, and nonce and session state are old. */
async function overNight() {
  const parts = createBackground();
  parts.broker.consents = [{ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 }];
  await parts.signIn.run();
  await parts.tokens.get(ask, 5);
  parts.clock.ms += nightMs;
  parts.window.launch = () => Promise.reject(new Error('a window'));
  parts.broker.calls.length = 0;
  const oldNonce = refusal('use_dpop_nonce', 401, {}, { 'DPoP-Nonce': 'of-the-morning' });
  return { ...parts, oldNonce };
}

it('after a night’s sleep the first token comes without a window, the session being looked at first', async () => {
  const { session, tokens, broker, oldNonce } = await overNight();
  broker.next('GET /session', oldNonce);
  expect((await session.current())?.account.name).toBe('Ada Lovelace');
  expect(await tokens.get(ask, 5)).toMatchObject({ access_token: expect.stringMatching(/\.token-2$/) });
  expect(broker.calls[0]).toBe('GET /session');
  expect(broker.calls.filter((call) => call.startsWith('POST'))).toEqual(['POST /session/token']);
});

it('after a night’s sleep in a train without network nobody is signed out', async () => {
  const { session, tokens, broker, keys } = await overNight();
  const key = await keys.load();
  broker.next('GET /session', 'lost');
  await expect(session.current()).rejects.toMatchObject({ code: 'offline' });
  broker.next('POST /session/token', 'lost');
  await expect(tokens.get(ask, 5)).rejects.toMatchObject({ code: 'offline' });
  expect(await session.known()).toBeDefined();
  expect(await keys.load()).toEqual(key);
  expect(await tokens.get(ask, 5)).toMatchObject({ access_token: expect.stringMatching(/\.token-2$/) });
});

it('after a night that was longer than the organization’s idle limit, the broker says so, and pages hear of it', async () => {
  const { session, broker, broadcasts } = await overNight();
  broker.signedIn = false;
  expect(await session.current()).toBeUndefined();
  await expect.poll(() => broadcasts.at(-1)).toMatchObject({ ev: 'session' });
});
