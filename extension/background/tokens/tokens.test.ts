import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { api, refusal, shop } from '../../../test/extension/fake-broker.ts';

const ask = { origin: shop, resource: api, scopes: ['orders:read'] };
let parts: ReturnType<typeof createBackground>;
const fetched = () => parts.broker.calls.filter((call) => call === 'POST /session/token').length;
/** A token that the broker gave before it heard of what happened meanwhile. */
const late = () =>
  Response.json({
    access_token: 'late',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'orders:read',
    resource: api,
  });

beforeEach(async () => {
  parts = createBackground();
  parts.broker.consents = [{ origin: shop, resource: api, scope: 'orders:read orders:write', granted_at: 1 }];
  await parts.signIn.run();
});

describe('tokens', () => {
  it('come from the cache while they live long enough, with what is left of their life', async () => {
    const first = await parts.tokens.get(ask, 5);
    parts.clock.ms += 100_000;
    expect(await parts.tokens.get(ask, 5)).toEqual({ ...first, expires_in: 200 });
    expect(fetched()).toBe(1);
  });

  it('are fetched anew when less than min_ttl is left', async () => {
    await parts.tokens.get(ask, 5);
    parts.clock.ms += 296_000;
    expect(await parts.tokens.get(ask, 5)).toMatchObject({ access_token: 'token-2', expires_in: 300 });
  });

  it('are fetched anew when the clock was put back: how old the kept one is nobody can tell', async () => {
    await parts.tokens.get(ask, 5);
    parts.clock.ms -= 3_600_000;
    expect(await parts.tokens.get(ask, 5)).toMatchObject({ access_token: 'token-2', expires_in: 300 });
  });

  it('are not fetched for a min_ttl that no token could have', async () => {
    await parts.tokens.get(ask, 86_400);
    parts.clock.ms += 10_000;
    expect(await parts.tokens.get(ask, 86_400)).toMatchObject({ access_token: 'token-1', expires_in: 290 });
  });

  it('are one request for all who ask at once, and for the same scopes in any order', async () => {
    const both = { ...ask, scopes: ['orders:write', 'orders:read'] };
    const reversed = { ...ask, scopes: ['orders:read', 'orders:write'] };
    const tokens = await Promise.all([parts.tokens.get(both, 5), parts.tokens.get(reversed, 5)]);
    expect(tokens.map((token) => token.access_token)).toEqual(['token-1', 'token-1']);
    expect(fetched()).toBe(1);
  });

  it.each([
    ['another origin', { ...ask, origin: 'https://shop.test:8443' }],
    ['another resource', { ...ask, resource: `${api}/` }],
    ['fewer scopes', { ...ask, scopes: ['orders:read'] }],
  ])('are never handed to %s', async (_what, other) => {
    const both = { ...ask, scopes: ['orders:read', 'orders:write'] };
    const token = await parts.tokens.get(both, 5);
    expect(await parts.cache.get(both, 0)).toEqual(token);
    expect(await parts.cache.get(other, 0)).toBeUndefined();
  });

  it('are dropped where the session ended while they were on their way', async () => {
    parts.broker.before('POST /session/token', () => parts.session.signOut());
    parts.broker.next('POST /session/token', late());
    await expect(parts.tokens.get(ask, 5)).rejects.toMatchObject({ code: 'busy' });
    expect(JSON.stringify(parts.area.dump())).not.toContain('late');
  });

  it('are refused for good where their site was disconnected while they were on their way', async () => {
    parts.broker.before('POST /session/token', async () => {
      parts.broker.before('POST /session/token', async () => undefined);
      await parts.session.revoke({ origin: shop });
      parts.broker.next('POST /session/token', late());
    });
    await expect(parts.tokens.get(ask, 5)).rejects.toMatchObject({ code: 'user_denied', interaction: undefined });
    expect(JSON.stringify(parts.area.dump())).not.toContain('late');
  });

  it('say what is missing where consent is', async () => {
    parts.broker.consents = [];
    await expect(parts.tokens.get(ask, 5)).rejects.toMatchObject({
      code: 'access_not_granted',
      interaction: 'consent',
      delta: ['orders:read'],
    });
  });

  it('end the grant, not the session, at login_required', async () => {
    parts.broker.next('POST /session/token', refusal('login_required', 401));
    await expect(parts.tokens.get(ask, 5)).rejects.toMatchObject({ code: 'not_signed_in', interaction: 'sign_in' });
    expect((await parts.session.current())?.session.state).toBe('reauth_required');
  });

  it('fail one flight at a time: the next ask tries again', async () => {
    parts.broker.next('POST /session/token', 'lost');
    await expect(parts.tokens.get(ask, 5)).rejects.toMatchObject({ code: 'offline' });
    expect(await parts.tokens.get(ask, 5)).toMatchObject({ access_token: 'token-1' });
  });

  it('are refused where the broker answers something else than a token', async () => {
    parts.broker.next('POST /session/token', Response.json({ access_token: 42, secret: 'kept out' }));
    const error = await parts.tokens.get(ask, 5).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'busy' });
    expect(String(error)).not.toContain('kept out');
  });
});
