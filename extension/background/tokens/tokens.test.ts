import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { ada, api, fakeToken, refusal, shop, tokenAnswer } from '../../../test/extension/fake-broker.ts';

const ask = { origin: shop, resource: api, scopes: ['orders:read'] };
let parts: ReturnType<typeof createBackground>;
const fetched = () => parts.broker.calls.filter((call) => call === 'POST /session/token').length;
/** A token that the broker issued before it learned about a change. */
const late = () => Response.json(tokenAnswer('late'));

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
    expect(await parts.tokens.get(ask, 5)).toMatchObject({
      access_token: expect.stringMatching(/\.token-2$/),
      expires_in: 300,
    });
  });

  it('are fetched anew when the clock was put back: how old the kept one is nobody can tell', async () => {
    await parts.tokens.get(ask, 5);
    parts.clock.ms -= 3_600_000;
    expect(await parts.tokens.get(ask, 5)).toMatchObject({
      access_token: expect.stringMatching(/\.token-2$/),
      expires_in: 300,
    });
  });

  it('are not fetched for a min_ttl that no token could have', async () => {
    await parts.tokens.get(ask, 86_400);
    parts.clock.ms += 10_000;
    expect(await parts.tokens.get(ask, 86_400)).toMatchObject({
      access_token: expect.stringMatching(/\.token-1$/),
      expires_in: 290,
    });
  });

  it('are one request for all who ask at once, and for the same scopes in any order', async () => {
    const both = { ...ask, scopes: ['orders:write', 'orders:read'] };
    const reversed = { ...ask, scopes: ['orders:read', 'orders:write'] };
    const tokens = await Promise.all([parts.tokens.get(both, 5), parts.tokens.get(reversed, 5)]);
    expect(tokens.map((token) => token.access_token)).toEqual(tokens.map(() => expect.stringMatching(/\.token-1$/)));
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
    expect(await parts.tokens.get(ask, 5)).toMatchObject({ access_token: expect.stringMatching(/\.token-1$/) });
  });

  const claims = { sub: ada.sub, aud: api, azp: shop, scope: 'orders:read' };
  const withClaims = (more: object) => ({ access_token: fakeToken('wrong', { ...claims, ...more }) });
  it.each([
    ['another resource', 'resource', { resource: 'https://other.test' }],
    ['another audience', 'resource', withClaims({ aud: 'https://other.test' })],
    ['more audiences', 'resource', withClaims({ aud: [api, 'https://other.test'] })],
    ['more scopes', 'scope', { scope: 'orders:read orders:write' }],
    ['more scopes in the token alone', 'scope', withClaims({ scope: 'orders:read orders:write' })],
    ['no scope in the token', 'scope', withClaims({ scope: undefined })],
    ['another type', 'token_type', { token_type: 'DPoP' }],
    ['another kind of token', 'typ', { access_token: fakeToken('wrong', claims, { typ: 'JWT' }) }],
    ['another issuer', 'iss', withClaims({ iss: 'https://evil.test' })],
    ['another origin', 'azp', withClaims({ azp: 'https://notes.test' })],
    ['no origin', 'azp', withClaims({ azp: undefined })],
    ['another account', 'sub', withClaims({ sub: 'p2' })],
    ['a key that it should not be bound to', 'cnf', withClaims({ cnf: { jkt: 'other' } })],
    ['a longer life than the token’s', 'expires_in', { expires_in: 3_600 }],
    ['no life', 'expires_in', { expires_in: 0 }],
    ['a life that does not end', 'expires_in', { ...withClaims({ exp: 9_999_999_999 }), expires_in: 1_000_000 }],
    ['a token that is none', 'access_token', { access_token: 'opaque' }],
  ])('are handed to nobody that have %s', async (_what, at, more) => {
    parts.broker.next('POST /session/token', Response.json({ ...tokenAnswer('wrong'), ...more }));
    const refused = { code: 'busy', message: expect.stringContaining(`(${at})`) };
    await expect(parts.tokens.get(ask, 5)).rejects.toMatchObject(refused);
    expect(await parts.cache.get(ask, 0)).toBeUndefined();
    expect(JSON.stringify(parts.area.dump())).not.toContain('wrong');
    expect(await parts.tokens.get(ask, 5)).toMatchObject({ scope: 'orders:read' });
  });

  it('are handed on with fewer scopes than asked for', async () => {
    const both = { ...ask, scopes: ['orders:read', 'orders:write'] };
    parts.broker.next('POST /session/token', Response.json(tokenAnswer('fewer')));
    expect(await parts.tokens.get(both, 5)).toMatchObject({ scope: 'orders:read' });
  });

  it.each([
    ['bound to no key', undefined],
    ['bound to another key', 'other'],
  ])('are handed to nobody that are %s where they must be bound', async (_what, jkt) => {
    const [site] = (await parts.session.current())?.policy.sites ?? [];
    const known = (await parts.area.get('session session')) as { answer: { policy: { sites: unknown[] } } };
    known.answer.policy.sites = [{ ...site, resources: [{ ...site?.resources[0], dpop: 'required' }] }];
    await parts.area.set('session session', known);
    parts.broker.next('POST /session/token', Response.json(tokenAnswer('wrong', jkt === undefined ? {} : { jkt })));
    await expect(parts.tokens.get(ask, 5)).rejects.toMatchObject({ code: 'busy' });
    expect(await parts.tokens.get(ask, 5)).toMatchObject({ token_type: 'DPoP' });
  });

  it('are refused where the broker answers something else than a token', async () => {
    parts.broker.next('POST /session/token', Response.json({ access_token: 42, secret: 'kept out' }));
    const error = await parts.tokens.get(ask, 5).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'busy' });
    expect(String(error)).not.toContain('kept out');
  });
});
