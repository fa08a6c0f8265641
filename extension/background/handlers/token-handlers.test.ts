import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground, redirectOf } from '../../../test/extension/background.ts';
import { api, grace, invoices, invoicesApi, refusal, shop } from '../../../test/extension/fake-broker.ts';
import type { ConsentChoice } from '../../protocol/ui.ts';
import type { PageCall, PageParams } from '../page/handler-types.ts';

const params = { resource: api, scopes: ['orders:read'], interactive: 'if_needed' as const };
const never = { ...params, interactive: 'never' as const };
const call = (more: Partial<PageCall> = {}): PageCall => ({
  sender: { origin: shop, tabId: 7, document: 'D1' },
  activated: true,
  trace: 'a-trace',
  takeClick: () => true,
  alive: () => true,
  profile: () => parts.profiles.at(shop),
  ...more,
});

/** Calls with their own click, or several calls with the same click. */
const clicked = () => {
  let unused = true;
  return call({
    takeClick() {
      const taken = unused;
      unused = false;
      return taken;
    },
  });
};

let parts: ReturnType<typeof createBackground>;
const get = (p: PageParams<'token.get'>, c = call()) => parts.handlers['token.get'](p, c);
const answerPrompt = async (choice: ConsentChoice, sub = 'p1') => {
  await expect.poll(() => parts.windows.open.size).toBe(1);
  const page = [...parts.windows.open.values()][0] ?? '';
  await parts.prompts.answer(page.split('#')[1] ?? '', choice, sub);
};

beforeEach(() => {
  parts = createBackground();
});

describe('token.get', () => {
  it('signs in with one click, asks for consent with the next, and hands out the token', async () => {
    await expect(get(params, clicked())).rejects.toMatchObject({ code: 'access_not_granted', interaction: 'consent' });
    expect((await parts.session.current())?.account.sub).toBe('p1');
    const token = get(params, clicked());
    await answerPrompt('allow');
    expect(await token).toMatchObject({
      access_token: expect.stringMatching(/\.token-1$/),
      scope: 'orders:read',
      resource: api,
    });
  });

  it('has one trace with the sign-in that it opens', async () => {
    parts.broker.consents.push({ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 });
    await get(params, call({ trace: 'ab'.repeat(16) }));
    const joined = parts.broker.traces.flatMap(([name, trace]) => (trace === 'ab'.repeat(16) ? [name] : []));
    expect(joined).toEqual(['POST /session/authorize', 'POST /session', 'POST /session/token']);
  });

  it('opens one window for one click, however many requests came with it', async () => {
    await parts.signIn.run();
    const click = clicked();
    const first = get(params, click);
    const same = get(params, click);
    const more = expect(get({ ...params, scopes: ['orders:write'] }, click)).rejects.toMatchObject({
      code: 'access_not_granted',
      interaction: 'consent',
    });
    await answerPrompt('allow');
    expect((await Promise.all([first, same])).map(({ scope }) => scope)).toEqual(['orders:read', 'orders:read']);
    await more;
    await expect(get({ ...params, scopes: ['orders:write'] }, click)).rejects.toMatchObject({ interaction: 'consent' });
    expect([...parts.windows.open.values()]).toEqual([]);
  });

  it('joins the sign-in window that the same click has opened', async () => {
    const click = clicked();
    let close = (): void => undefined;
    let windows = 0;
    parts.window.launch = (url) => {
      windows += 1;
      return new Promise((resolve) => (close = () => resolve(redirectOf(url))));
    };
    parts.broker.consents = [{ origin: shop, resource: api, scope: 'orders:read orders:write', granted_at: 1 }];
    const tokens = [get(params, click), get({ ...params, scopes: ['orders:write'] }, click)];
    await expect.poll(() => windows).toBe(1);
    close();
    expect((await Promise.all(tokens)).map(({ scope }) => scope)).toEqual(['orders:read', 'orders:write']);
    expect(windows).toBe(1);
  });

  it('opens no window that is no longer wanted when its turn has come', async () => {
    await parts.signIn.run();
    let alive = true;
    const first = get(params);
    await expect.poll(() => parts.windows.open.size).toBe(1);
    const second = get({ ...params, scopes: ['orders:write'] }, call({ alive: () => alive }));
    const refused = expect(second).rejects.toMatchObject({ interaction: 'consent' });
    alive = false;
    await answerPrompt('allow');
    await first;
    await refused;
    expect(parts.windows.open.size).toBe(0);
  });

  it('asks the person for nothing that the page has not asked for, whatever the broker names', async () => {
    await parts.signIn.run();
    const scope = 'orders:read orders:write';
    parts.broker.next('POST /session/token', refusal('consent_required', 403, { scope }));
    const token = get(params);
    await expect.poll(() => parts.windows.open.size).toBe(1);
    const page = [...parts.windows.open.values()][0] ?? '';
    expect(await parts.prompts.find(page.split('#')[1] ?? '')).toMatchObject({
      asks: [{ origin: shop, resource: api, scopes: ['orders:read'] }],
    });
    await answerPrompt('allow');
    await token;
  });

  describe('for a page of several APIs', () => {
    const both = { ...params, also: [{ resource: invoices, scopes: ['invoices:read', 'invoices:read'] }] };
    const asks = [
      { origin: shop, resource: api, scopes: ['orders:read'] },
      { origin: shop, resource: invoices, scopes: ['invoices:read'] },
    ];
    const other = { ...params, resource: invoices, scopes: ['invoices:read'], interactive: 'never' as const };
    const shown = async () => {
      await expect.poll(() => parts.windows.open.size).toBe(1);
      const page = [...parts.windows.open.values()][0] ?? '';
      return parts.prompts.find(page.split('#')[1] ?? '');
    };
    beforeEach(async () => {
      parts.broker.resources.push(invoicesApi);
      await parts.signIn.run();
    });

    it('asks once for all of them, in one request to the broker, and gives the token of each', async () => {
      const token = get(both, clicked());
      expect(await shown()).toMatchObject({ asks });
      await answerPrompt('allow');
      expect(await token).toMatchObject({ resource: api });
      expect(await get(other)).toMatchObject({ resource: invoices });
      expect(parts.broker.bodies.filter((body) => 'also' in body)).toEqual([
        {
          origin: shop,
          resource: api,
          scope: 'orders:read',
          also: [{ resource: invoices, scope: 'invoices:read' }],
        },
      ]);
      expect(parts.broker.calls.filter((made) => made === 'POST /session/consents')).toHaveLength(1);
    });

    it('asks only for what is missing, and as before where that is of one API', async () => {
      parts.broker.consents.push({ origin: shop, resource: invoices, scope: 'invoices:read', granted_at: 1 });
      const token = get(both, clicked());
      expect((await shown())?.asks).toEqual(asks.slice(0, 1));
      await answerPrompt('allow');
      await token;
      expect(parts.broker.bodies.at(-2)).toEqual({ origin: shop, resource: api, scope: 'orders:read' });
    });

    it('asks nothing where the token that is wanted needs no answer', async () => {
      parts.broker.consents.push({ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 });
      expect(await get(both, clicked())).toMatchObject({ resource: api });
      expect(parts.windows.open.size).toBe(0);
    });

    it('gives none of them after a no', async () => {
      const denied = expect(get(both, clicked())).rejects.toMatchObject({ code: 'user_denied' });
      await answerPrompt('not_now');
      await denied;
      expect(parts.broker.consents).toEqual([]);
      await expect(get(other)).rejects.toMatchObject({ code: 'access_not_granted' });
    });

    it.each([
      ['refuses one of them', () => refusal('invalid_scope', 400), 'policy_denied'],
      ['breaks down', () => new Response('', { status: 502 }), 'busy'],
      ['is away', () => 'lost' as const, 'offline'],
    ])('has nothing where the broker %s; the question stays, and can be answered again', async (_what, make, code) => {
      const token = get(both, clicked());
      await shown();
      parts.broker.next('POST /session/consents', make());
      await expect(answerPrompt('allow')).rejects.toMatchObject({ code });
      expect(parts.broker.consents).toEqual([]);
      expect((await parts.session.known())?.consents).toEqual([]);
      await answerPrompt('allow');
      expect(await token).toMatchObject({ resource: api });
      expect(parts.broker.consents).toHaveLength(2);
    });

    it('stays open where the person has agreed to a part of it elsewhere, and ends when that is all', async () => {
      const token = get(both, clicked());
      const prompt = await shown();
      const [first, second] = asks.map(({ scopes, ...rest }) => ({ ...rest, scope: scopes.join(' '), granted_at: 1 }));
      parts.broker.consents.push(first!);
      await parts.session.check(false);
      await parts.prompts.review();
      expect(await parts.prompts.find(prompt?.id ?? '')).toBeDefined();
      parts.broker.consents.push(second!);
      await parts.session.check(false);
      await expect.poll(() => parts.windows.open.size).toBe(0);
      expect(await token).toMatchObject({ resource: api });
    });

    it.each(['never', 'if_needed'] as const)(
      'refuses the whole, by its name, for an API that it may not have: %s',
      async (interactive) => {
        const also = [...both.also, { resource: 'https://unknown.test', scopes: ['a'] }];
        await expect(get({ ...both, also, interactive }, clicked())).rejects.toMatchObject({
          code: 'policy_denied',
          message: `${shop} may not ask for https://unknown.test`,
        });
        expect(parts.windows.open.size).toBe(0);
      },
    );

    it.each([
      ['the first one again', [...both.also, { resource: api, scopes: ['orders:write'] }]],
      ['another one twice', [...both.also, ...both.also]],
    ])('takes no list with %s', async (_what, also) => {
      await expect(get({ ...both, also }, clicked())).rejects.toMatchObject({ code: 'invalid_request' });
      expect(parts.broker.calls).not.toContain('POST /session/token');
    });
  });

  it('is of the account that the person chose in the consent window', async () => {
    await parts.signIn.run();
    parts.broker.account = grace;
    await parts.profiles.add();
    const token = get(params);
    await expect.poll(() => parts.windows.open.size).toBe(1);
    const prompt = [...parts.windows.open.values()][0]?.split('#')[1] ?? '';
    await parts.prompts.chooseAccount(prompt, 'profile-1');
    await parts.prompts.answer(prompt, 'allow', grace.sub);
    expect(await token).toMatchObject({ access_token: expect.stringMatching(/\.token-1-of-p2$/) });
    expect(parts.broker.calls.filter((made) => made === 'POST /session/token')).toHaveLength(2);
  });

  it('opens no window where the page said never', async () => {
    await expect(get(never)).rejects.toMatchObject({ code: 'not_signed_in', interaction: 'sign_in' });
    await parts.signIn.run();
    await expect(get(never)).rejects.toMatchObject({ code: 'access_not_granted', delta: ['orders:read'] });
    expect(parts.windows.open.size).toBe(0);
  });

  it.each([
    ['without a click', () => call({ activated: false })],
    [
      'in a tab that nobody looks at',
      () => {
        parts.windows.activeTab = 8;
        return call();
      },
    ],
    ['of a document that is gone', () => call({ alive: () => false })],
  ])('opens no window %s', async (_what, from) => {
    await expect(get(params, from())).rejects.toMatchObject({ code: 'not_signed_in' });
    await parts.signIn.run();
    await expect(get(params, from())).rejects.toMatchObject({ code: 'access_not_granted', interaction: 'consent' });
    expect(parts.windows.open.size).toBe(0);
  });

  it('is user_denied after a no, and at once for the next ask', async () => {
    await parts.signIn.run();
    const token = get(params);
    const denied = expect(token).rejects.toMatchObject({ code: 'user_denied' });
    await answerPrompt('not_now');
    await denied;
    parts.windows.open.clear();
    await expect(get(params)).rejects.toMatchObject({ code: 'user_denied' });
    expect(parts.windows.open.size).toBe(0);
  });

  it('is user_denied with nothing to be done once the person said never, also where a sign-in is due', async () => {
    await parts.signIn.run();
    await parts.session.refuse(shop, 'p1');
    const refused = { code: 'user_denied', interaction: undefined };
    await expect(get(params)).rejects.toMatchObject(refused);
    parts.broker.next('GET /session', refusal('login_required', 401));
    await parts.session.refreshed(0).catch(() => undefined);
    await expect(get(params)).rejects.toMatchObject(refused);
    await expect(parts.handlers['session.sign_in']({}, call())).rejects.toMatchObject(refused);
    expect(parts.windows.open.size).toBe(0);
    expect(parts.broker.calls).not.toContain('POST /session/token');
  });

  it('hears from the broker of a never that was said elsewhere, and of its end', async () => {
    await parts.signIn.run();
    parts.broker.sites = [{ origin: shop, refused_at: 1 }];
    await expect(get(never)).rejects.toMatchObject({ code: 'user_denied', interaction: undefined });
    await parts.session.check(false);
    parts.broker.sites = [];
    parts.clock.ms += 60_000;
    await expect(get(never)).rejects.toMatchObject({ code: 'access_not_granted', interaction: 'consent' });
  });

  it('does not open the sign-in window again right after it was closed', async () => {
    parts.window.launch = () => Promise.reject(new Error('closed'));
    await expect(get(params)).rejects.toMatchObject({ code: 'user_denied' });
    parts.window.launch = () => Promise.reject(new Error('opened again'));
    await expect(get(params)).rejects.toMatchObject({ code: 'user_denied' });
    expect(parts.broker.calls).toEqual(['GET /session/upstreams', 'POST /session/authorize']);
  });

  it('refuses what the policy does not hold, after one look at the newest policy', async () => {
    await parts.signIn.run();
    const looks = () => parts.broker.calls.filter((made) => made === 'GET /session').length;
    const before = looks();
    parts.clock.ms += 60_000;
    await expect(get({ ...params, scopes: ['orders:delete'] })).rejects.toMatchObject({ code: 'policy_denied' });
    await expect(get({ ...params, resource: 'https://other.test' })).rejects.toMatchObject({ code: 'policy_denied' });
    await expect(get({ ...params, scopes: ['constructor'] })).rejects.toMatchObject({ code: 'policy_denied' });
    expect(parts.broker.calls.filter((made) => made !== 'GET /session')).toEqual([
      'POST /session/authorize',
      'POST /session',
    ]);
    expect(looks()).toBe(before + 1);
  });

  it('is not signed in where the grant is gone, and asks nobody for a token', async () => {
    await parts.signIn.run();
    parts.broker.next('POST /session/token', refusal('login_required', 401));
    await expect(get(never)).rejects.toMatchObject({ code: 'not_signed_in' });
    const calls = parts.broker.calls.length;
    await expect(get(never)).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(parts.broker.calls).toHaveLength(calls);
  });

  it('does not deliver to a document that went away meanwhile', async () => {
    parts.broker.consents = [{ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 }];
    await parts.signIn.run();
    await expect(get(never, call({ alive: () => false }))).rejects.toMatchObject({ code: 'expired' });
  });

  it('never asks more than twice, whatever the broker says', async () => {
    await parts.signIn.run();
    parts.broker.before('POST /session/token', async () => {
      parts.broker.consents = [];
    });
    const token = get(params);
    const refused = expect(token).rejects.toMatchObject({ code: 'access_not_granted' });
    await answerPrompt('allow');
    parts.windows.open.clear();
    await answerPrompt('allow');
    await refused;
  });
});

describe('a step-up', () => {
  const wanting = { ...params, acr_values: 'mfa', max_age: 60 };
  const insufficient = () => refusal('insufficient_user_authentication', 401, { acr_values: 'mfa', max_age: 60 });
  beforeEach(async () => {
    parts.broker.consents = [{ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 }];
    await parts.signIn.run();
    await get(never);
  });

  it('is the broker’s to decide: a token from before is not handed out for it', async () => {
    expect(await get({ ...never, acr_values: 'mfa' })).toMatchObject({
      access_token: expect.stringMatching(/\.token-2$/),
    });
    expect(parts.broker.bodies.at(-1)).toMatchObject({ acr_values: 'mfa' });
  });

  it('signs in again, as strongly as the broker says, and then has its token', async () => {
    parts.broker.next('POST /session/token', insufficient());
    expect(await get(wanting)).toMatchObject({ access_token: expect.stringMatching(/\.token-2$/) });
    const authorize = parts.broker.bodies.filter((body) => 'code_challenge' in body).at(-1);
    expect(authorize).toMatchObject({ acr_values: 'mfa', max_age: 60 });
  });

  it('opens no window where the page said never', async () => {
    parts.broker.next('POST /session/token', insufficient());
    const refused = { code: 'step_up_required', interaction: 'step_up' };
    await expect(get({ ...wanting, interactive: 'never' })).rejects.toMatchObject(refused);
  });
});
