import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { api, shop } from '../../../test/extension/fake-broker.ts';
import type { PageCall } from '../page/handler-types.ts';

const call = (more: Partial<PageCall> = {}): PageCall => ({
  sender: { origin: shop, tabId: 7, document: 'D1' },
  activated: true,
  trace: 'a-trace',
  takeClick: () => true,
  alive: () => true,
  profile: () => parts.profiles.at(shop),
  ...more,
});
const elsewhere = () => call({ sender: { origin: 'https://elsewhere.test', tabId: 7, document: 'D2' } });

let parts: ReturnType<typeof createBackground>;
beforeEach(() => {
  parts = createBackground();
});

describe('session.*', () => {
  it('names the account only to a site that has access', async () => {
    expect(await parts.handlers['session.get']({}, call())).toEqual({ signed_in: false });
    await parts.signIn.run();
    expect(await parts.handlers['session.get']({}, call())).toEqual({ signed_in: true });
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read' }, 'p1');
    expect(await parts.handlers['session.get']({}, call())).toEqual({
      signed_in: true,
      account: { sub: 'p1', name: 'Ada Lovelace', email: 'ada@corp.test' },
    });
    expect(await parts.handlers['session.get']({}, elsewhere())).toEqual({ signed_in: true });
  });

  it('signs in from a click, and not without one', async () => {
    await expect(parts.handlers['session.sign_in']({}, call({ activated: false }))).rejects.toMatchObject({
      code: 'not_signed_in',
      interaction: 'sign_in',
    });
    expect(parts.broker.calls).toEqual([]);
    expect(await parts.handlers['session.sign_in']({}, call())).toEqual({ signed_in: true });
    const calls = parts.broker.calls.length;
    await parts.handlers['session.sign_in']({}, call());
    expect(parts.broker.calls).toHaveLength(calls);
  });

  it('tells a site that the person has blocked nothing of who they are', async () => {
    await parts.signIn.run();
    await parts.session.refuse(shop, 'p1');
    expect(await parts.handlers['session.get']({}, call())).toEqual({ signed_in: true });
  });

  it.each([
    ['that the person has blocked', () => parts.session.refuse(shop, 'p1'), call, 'user_denied'],
    ['that has no access', async () => undefined, call, 'access_not_granted'],
    ['that is not in the policy', async () => undefined, () => elsewhere(), 'access_not_granted'],
  ])('signs nobody out for a site %s', async (_what, act, from, code) => {
    await parts.signIn.run();
    await act();
    await expect(parts.handlers['session.sign_out']({}, from())).rejects.toMatchObject({ code });
    expect((await parts.session.current())?.account.sub).toBe('p1');
    expect(parts.broker.calls).not.toContain('DELETE /session');
  });

  it('signs out from a click, and not without one', async () => {
    await parts.signIn.run();
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read' }, 'p1');
    await expect(parts.handlers['session.sign_out']({}, call({ activated: false }))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(await parts.session.current()).toBeDefined();
    await parts.handlers['session.sign_out']({}, call());
    expect(await parts.session.current()).toBeUndefined();
    expect(parts.broker.calls.at(-1)).toBe('DELETE /session');
  });
});

describe('access.*', () => {
  it('lists what is granted and what may still be asked', async () => {
    await expect(parts.handlers['access.list']({}, call())).rejects.toMatchObject({ code: 'not_signed_in' });
    await parts.signIn.run();
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read' }, 'p1');
    expect(await parts.handlers['access.list']({}, call())).toEqual({
      access: [
        { resource: api, name: 'Orders API', scopes: ['orders:read'], granted: true, urls: [`${api}/`] },
        { resource: api, name: 'Orders API', scopes: ['orders:write'], granted: false, urls: [`${api}/`] },
      ],
    });
    expect(await parts.handlers['access.list']({}, elsewhere())).toEqual({ access: [] });
  });

  it('gives back the asking site’s access and no other’s', async () => {
    await parts.signIn.run();
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read' }, 'p1');
    await parts.handlers['access.revoke']({}, elsewhere());
    expect(parts.broker.consents).toHaveLength(1);
    await parts.handlers['access.revoke']({}, call());
    expect(parts.broker.consents).toEqual([]);
    expect(await parts.handlers['session.get']({}, call())).toEqual({ signed_in: true });
  });
});
