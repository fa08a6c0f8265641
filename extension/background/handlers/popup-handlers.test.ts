import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { ada, api, brokerUrl, grace, shop } from '../../../test/extension/fake-broker.ts';
import { fakePort } from '../../../test/extension/port.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { createManagedPolicy } from '../../protocol/managed-policy.ts';
import { storedProblem } from '../../protocol/problem.ts';
import { createUiPorts } from '../ui-port.ts';
import { popupHandlers } from './popup-handlers.ts';
import { createRemovedAccess, removedAccess } from './removed-access.ts';
import { createRouter } from './router.ts';

let parts: ReturnType<typeof createBackground>;
let ui: ReturnType<typeof popupHandlers>;
let broker: string | undefined;
let unreachable: Set<string>;
let providers: string[];
let policy: Record<string, unknown>;
let patience: PromiseWithResolvers<void>;
let signInWindow: 'none' | 'open' | 'in front';
let closed: PromiseWithResolvers<void>;
/** How often the popup was told to load its state again. */
let changes: number;

beforeEach(() => {
  parts = createBackground();
  broker = brokerUrl;
  unreachable = new Set();
  providers = [];
  policy = {};
  patience = Promise.withResolvers();
  signInWindow = 'none';
  closed = Promise.withResolvers();
  changes = 0;
  ui = popupHandlers({
    setup: {
      broker: async () => broker,
      source: async () => (broker === undefined ? undefined : { url: broker, source: 'person' }),
      isReachable: async (origin) => !unreachable.has(origin),
      isTurnedOn: async () => false,
      expect: async () => undefined,
      resume: async () => undefined,
      restore: async () => undefined,
      updated: async () => undefined,
    },
    profiles: parts.profiles,
    async directory() {
      const named = providers.map((name) => ({ name, label: `The ${name}` }));
      return { providers: named, choices: named, organization: { name: 'Acme' } };
    },
    providerChoices: parts.choices,
    managed: createManagedPolicy(async () => policy),
    prompts: parts.prompts,
    problem: storedValue(parts.area, 'problem', storedProblem),
    removedAccess: createRemovedAccess({
      profiles: parts.profiles,
      removed: storedValue(parts.area, 'removed', removedAccess),
    }),
    identity: {
      hasWindow: () => signInWindow === 'open',
      async showWindow() {
        signInWindow = 'in front';
      },
      closeWindow: async () => void closed.resolve(),
    },
    openTab: (url) => parts.windows.openTab(url),
    showSite: (origin) => parts.windows.showSite(origin),
    changed() {
      changes += 1;
    },
    now: parts.now,
    failures: new Map(),
    news: parts.news,
    asking: storedValue(parts.area, 'asking', v.number()),
    after: () => ({ elapsed: patience.promise, cancel: () => undefined }),
  });
});

describe('what the popup shows', () => {
  it('says where no broker is configured', async () => {
    broker = undefined;
    expect(await ui['state.get']({})).toEqual({ view: 'not_configured' });
  });

  it('says where the browser keeps it from its broker, or from a site', async () => {
    unreachable.add(brokerUrl);
    expect(await ui['state.get']({})).toEqual({ view: 'unreachable', broker: brokerUrl });
    unreachable = new Set([shop]);
    await ui['session.sign_in']({});
    expect(await ui['state.get']({})).toMatchObject({ sites: [{ origin: shop, reachable: false }] });
  });

  it('follows a sign-in from out to in', async () => {
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_out', broker: brokerUrl });
    const gate = Promise.withResolvers<void>();
    parts.broker.before('POST /session', () => gate.promise);
    const done = ui['session.sign_in']({});
    await expect
      .poll(() => ui['state.get']({}))
      .toEqual({
        view: 'signing_in',
        broker: brokerUrl,
        hasWindow: false,
        organization: { name: 'Acme' },
      });
    gate.resolve();
    await done;
    expect(await ui['state.get']({})).toMatchObject({
      view: 'signed_in',
      account: { name: 'Ada Lovelace', state: 'active' },
      others: [],
      sites: [{ origin: shop, name: 'Shop', access: 'none', resources: [] }],
    });
  });

  it('remembers why a sign-in failed, until the next one', async () => {
    parts.broker.next('POST /session/authorize', 'lost');
    await expect(ui['session.sign_in']({})).rejects.toMatchObject({ code: 'offline' });
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_out', problem: { code: 'offline' } });
    await ui['session.sign_in']({});
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_in', problem: undefined });
  });

  it('names the sign-in that failed as the broker’s log does, for support', async () => {
    parts.window.launch = () => Promise.reject(new Error('The user did not approve access.'));
    const failed = await ui['session.sign_in']({}).catch((error: Error) => error);
    const trace = parts.broker.traces.at(-1)?.[1];
    const message = expect.stringMatching(new RegExp(` \\(request ${trace}\\)$`));
    expect(failed).toMatchObject({ message });
    expect(await ui['state.get']({})).toMatchObject({ problem: { code: 'user_denied', message } });
  });

  it('shows what each site may do in the configuration’s words, and takes it away', async () => {
    await ui['session.sign_in']({});
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read' }, ada.sub);
    expect(await ui['state.get']({})).toMatchObject({
      sites: [{ access: 'person', resources: [{ name: 'Orders API', may: ['See your orders'] }] }],
    });
    await ui['site.disconnect']({ origin: shop });
    expect(await ui['state.get']({})).toMatchObject({ sites: [{ access: 'none', resources: [] }] });
  });

  it('shows when a site was last used, and one that was told never, which it lets ask again', async () => {
    await ui['session.sign_in']({});
    parts.broker.sites = [{ origin: shop, last_used_at: 1_699_999_000 }];
    parts.clock.ms += 60_000;
    expect(await ui['state.get']({})).toMatchObject({ sites: [{ access: 'none', lastUsedAt: 1_699_999_000_000 }] });
    await parts.session.refuse(shop, ada.sub);
    expect(await ui['state.get']({})).toMatchObject({ sites: [{ access: 'never', resources: [] }] });
    await ui['site.let_ask']({ origin: shop, sub: ada.sub });
    expect(await ui['state.get']({})).toMatchObject({ sites: [{ access: 'none' }] });
    expect(parts.broker.bodies.slice(-2)).toEqual([
      { decision: 'never', origin: shop },
      { decision: 'ask', origin: shop },
    ]);
  });

  it('shows what was known last while the broker is away, and says so', async () => {
    await ui['session.sign_in']({});
    parts.clock.ms += 60_000;
    parts.broker.next('GET /session', 'lost');
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_in', problem: { code: 'offline' } });
  });

  it('does not wait for a broker that hangs', async () => {
    await ui['session.sign_in']({});
    parts.clock.ms += 60_000;
    parts.broker.before('GET /session', () => new Promise(() => undefined));
    patience.resolve();
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_in', problem: undefined });
  });

  it('shows the last known state of a slow broker at once, and the current one when it is there', async () => {
    await ui['session.sign_in']({});
    parts.clock.ms += 60_000;
    const gate = Promise.withResolvers<void>();
    parts.broker.before('GET /session', () => gate.promise);
    patience.resolve();
    expect(await ui['state.get']({})).toMatchObject({ sites: [{ access: 'none' }] });
    expect(changes).toBe(0);
    parts.broker.consents.push({ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 });
    gate.resolve();
    await expect.poll(() => changes).toBe(1);
    expect(await ui['state.get']({})).toMatchObject({ sites: [{ access: 'person' }] });
  });

  it('tells nobody to look again where a late answer brought nothing new', async () => {
    await ui['session.sign_in']({});
    await ui['state.get']({});
    // Even what is in memory comes late on a busy machine.
    patience.resolve();
    for (let look = 0; look < 20; look += 1) await ui['state.get']({});
    parts.clock.ms += 60_000;
    for (let look = 0; look < 20; look += 1) await ui['state.get']({});
    expect(changes).toBe(0);
  });

  it('asks a broker that is away once, and not again with every look at the popup', async () => {
    await ui['session.sign_in']({});
    parts.clock.ms += 60_000;
    const gate = Promise.withResolvers<void>();
    parts.broker.before('GET /session', () => gate.promise);
    parts.broker.next('GET /session', 'lost');
    patience.resolve();
    await ui['state.get']({});
    const asked = () => parts.broker.calls.filter((call) => call === 'GET /session').length;
    const before = asked();
    gate.resolve();
    await expect.poll(() => changes).toBe(1);
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_in', problem: { code: 'offline' } });
    expect(await ui['state.get']({})).toMatchObject({ problem: { code: 'offline' } });
    expect([asked(), changes]).toEqual([before + 1, 1]);
  });

  it('offers to sign out at the provider too, once signed out here', async () => {
    await ui['session.sign_in']({});
    await ui['session.sign_out']({});
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_out', providerHost: 'idp.test' });
    await ui['provider.sign_out']({});
    expect(parts.windows.tabs).toEqual(['https://idp.test/logout']);
  });
});

describe('“Open”', () => {
  it('shows a site that the organization has configured, and no other', async () => {
    await ui['session.sign_in']({});
    await ui['site.open']({ origin: shop });
    for (const origin of ['https://other.test', 'javascript:alert(1)'])
      await expect(ui['site.open']({ origin })).rejects.toMatchObject({ code: 'expired' });
    expect(parts.windows.tabs).toEqual([shop]);
  });

  it('shows nothing to somebody who is signed out', async () => {
    await expect(ui['site.open']({ origin: shop })).rejects.toMatchObject({ code: 'expired' });
  });
});

describe('“Undo” after “Remove access”', () => {
  const scopes = async () => (await parts.session.known())?.consents.map(({ scope }) => scope);
  const allow = async () => {
    await ui['session.sign_in']({});
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read orders:write' }, ada.sub);
  };

  it('gives back exactly what was removed, which was gone at once', async () => {
    await allow();
    await ui['site.disconnect']({ origin: shop });
    expect(await scopes()).toEqual([]);
    await ui['site.restore']({ origin: shop, sub: ada.sub });
    expect(await scopes()).toEqual(['orders:read orders:write']);
  });

  it('works once', async () => {
    await allow();
    await ui['site.disconnect']({ origin: shop });
    await ui['site.restore']({ origin: shop, sub: ada.sub });
    await parts.session.revoke({ origin: shop });
    await expect(ui['site.restore']({ origin: shop, sub: ada.sub })).rejects.toMatchObject({ code: 'expired' });
    expect(await scopes()).toEqual([]);
  });

  it('can be asked for again if the background stopped, or the broker failed, halfway', async () => {
    await allow();
    await parts.session.grant({ origin: shop, resource: 'https://other.test', scope: 'read' }, ada.sub);
    await ui['site.disconnect']({ origin: shop });
    parts.broker.next('POST /session/consents', 'lost');
    await expect(ui['site.restore']({ origin: shop, sub: ada.sub })).rejects.toMatchObject({ code: 'offline' });
    await ui['site.restore']({ origin: shop, sub: ada.sub });
    expect(await scopes()).toEqual(['orders:read orders:write', 'read']);
  });

  it('gives back the rest if the policy has stopped allowing something, says so, and is over', async () => {
    await allow();
    await parts.session.grant({ origin: shop, resource: 'https://other.test', scope: 'read' }, ada.sub);
    await ui['site.disconnect']({ origin: shop });
    parts.broker.next('POST /session/consents', Response.json({ error: 'access_denied' }, { status: 403 }));
    await expect(ui['site.restore']({ origin: shop, sub: ada.sub })).rejects.toMatchObject({ code: 'policy_denied' });
    expect(await scopes()).toEqual(['read']);
    await expect(ui['site.restore']({ origin: shop, sub: ada.sub })).rejects.toMatchObject({ code: 'expired' });
  });

  it('gives nothing to another account or another site', async () => {
    await allow();
    await ui['site.disconnect']({ origin: shop });
    for (const wrong of [
      { origin: shop, sub: grace.sub },
      { origin: 'https://other.test', sub: ada.sub },
    ])
      await expect(ui['site.restore'](wrong)).rejects.toMatchObject({ code: 'expired' });
    expect(await scopes()).toEqual([]);
  });

  it('gives nothing back if nothing was removed', async () => {
    await allow();
    parts.broker.next('DELETE /session/consents', 'lost');
    await expect(ui['site.disconnect']({ origin: shop })).rejects.toMatchObject({ code: 'offline' });
    await expect(ui['site.restore']({ origin: shop, sub: ada.sub })).rejects.toMatchObject({ code: 'expired' });
  });
});

describe('the sign-in window', () => {
  it('can be shown and closed while it is open, and closing it is no problem to report', async () => {
    parts.window.launch = async () => {
      signInWindow = 'open';
      await closed.promise;
      throw new Error('The user did not approve access.');
    };
    const done = ui['session.sign_in']({}).catch((error: Error) => error);
    await expect.poll(() => ui['state.get']({})).toMatchObject({ view: 'signing_in', hasWindow: true });
    await ui['sign_in.show']({});
    expect(signInWindow).toBe('in front');
    await ui['sign_in.cancel']({});
    expect(await done).toMatchObject({ code: 'user_denied' });
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_out', problem: undefined });
  });

  it('that was canceled leaves no problem, also if the next one has begun', async () => {
    const ended = [Promise.withResolvers<never>(), Promise.withResolvers<never>()];
    const [first, second] = ended;
    let begun = 0;
    parts.window.launch = () => {
      signInWindow = 'open';
      const flow = ended[begun];
      begun += 1;
      return flow?.promise ?? Promise.reject(new Error('no third one'));
    };
    const done = ui['session.sign_in']({}).catch((error: Error) => error);
    await expect.poll(() => begun).toBe(1);
    await ui['sign_in.cancel']({});
    const next = ui['account.add']({}).catch((error: Error) => error);
    await expect.poll(() => begun).toBe(2);
    first?.reject(new Error('The user did not approve access.'));
    expect(await done).toMatchObject({ code: 'user_denied' });
    await ui['sign_in.cancel']({});
    second?.reject(new Error('The user did not approve access.'));
    expect(await next).toMatchObject({ code: 'user_denied' });
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_out', problem: undefined });
  });

  it('of another account hides no account or site that works', async () => {
    await ui['session.sign_in']({});
    parts.window.launch = () => new Promise(() => undefined);
    void ui['account.add']({});
    await expect
      .poll(() => ui['state.get']({}))
      .toMatchObject({ view: 'signed_in', signingIn: { hasWindow: false }, sites: [{ origin: shop }] });
  });
});

describe('a sign-out at the provider', () => {
  it.each([
    'javascript:alert(1)',
    'http://idp.test/logout',
    'http://localhost:9000/',
    'https://idp.test@evil.test/',
    'x',
  ])('opens no %j, whatever the broker says', async (logout_url) => {
    await ui['session.sign_in']({});
    parts.broker.next('DELETE /session', Response.json({ logout_url }));
    await ui['session.sign_out']({});
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_out', providerHost: undefined });
    await ui['provider.sign_out']({});
    expect(parts.windows.tabs).toEqual([]);
  });
});

describe('with several accounts, the popup', () => {
  const state = async () => {
    const shown = await ui['state.get']({});
    if (shown.view !== 'signed_in') throw new Error(`the popup shows ${shown.view}`);
    return shown;
  };
  beforeEach(async () => {
    await ui['session.sign_in']({});
    parts.broker.account = grace;
    await ui['account.add']({});
  });

  it('shows the main one, the others, and which one each site has', async () => {
    expect(await state()).toMatchObject({
      account: { id: 'session', sub: ada.sub, state: 'active' },
      others: [{ id: 'profile-1', sub: grace.sub, provider: 'other', state: 'active' }],
      sites: [{ origin: shop, account: 'session', accounts: ['session', 'profile-1'] }],
      mayAdd: true,
    });
  });

  it('names the providers as people know them, and whom to ask', async () => {
    providers = ['corp', 'other'];
    expect(await state()).toMatchObject({
      account: { provider: 'The corp' },
      others: [{ provider: 'The other' }],
      providers: [{ label: 'The corp' }, { label: 'The other' }],
      organization: { name: 'Acme' },
    });
  });

  it('gives a site, or all of them, another one', async () => {
    parts.broker.consentsOf(grace.sub).push({ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 });
    parts.clock.ms += 5_000;
    await ui['account.choose']({ account: 'profile-1', sub: grace.sub, origin: shop });
    expect((await state()).sites).toMatchObject([{ account: 'profile-1', access: 'person' }]);
    await ui['account.choose']({ account: 'profile-1', sub: grace.sub });
    expect(await state()).toMatchObject({ account: { id: 'profile-1' }, others: [{ id: 'session' }] });
  });

  it('says whose session is over, and signs in again as just that one', async () => {
    const { session } = await parts.profiles.get('profile-1');
    await session.over((await session.current())?.session.created_at ?? 0);
    expect((await state()).others).toMatchObject([{ sub: grace.sub, state: 'signed_out' }]);
    await ui['session.sign_in']({ account: 'profile-1' });
    expect((await state()).others).toMatchObject([{ sub: grace.sub, state: 'active' }]);
  });

  it('leaves one, or all', async () => {
    await ui['session.sign_out']({ account: 'profile-1' });
    expect((await state()).others).toEqual([]);
    await ui['account.add']({});
    await ui['account.sign_out_all']({});
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_out' });
    expect(await parts.profiles.entries()).toEqual([{ id: 'session' }]);
  });

  it('disconnects a site from the account that it has, and from no other', async () => {
    const consent = { origin: shop, resource: api, scope: 'orders:read', granted_at: 1 };
    parts.broker.consents.push(consent);
    parts.broker.consentsOf(grace.sub).push(consent);
    await ui['account.choose']({ account: 'profile-1', sub: grace.sub, origin: shop });
    await ui['site.disconnect']({ origin: shop });
    expect([parts.broker.consents.length, parts.broker.consentsOf(grace.sub).length]).toEqual([1, 0]);
  });
});

describe('private windows', () => {
  it.each([
    [{}, false],
    [{ private_windows: 'allow' }, true],
  ])('are served as the policy %j says', async (said, served) => {
    policy = said;
    expect(await ui['private_windows.get']({})).toEqual({ served });
  });
});

describe('what the consent window shows', () => {
  const ask = (scopes: string[]) =>
    parts.prompts.ask(
      { profile: 'session', origin: shop, document: 'D1', tabId: 7, wanted: [{ origin: shop, resource: api, scopes }] },
      async () => true,
    );

  it('is a choice of accounts, where several may agree; the site then has the chosen one', async () => {
    await ui['session.sign_in']({});
    parts.broker.account = grace;
    await ui['account.add']({});
    const done = ask(['orders:read']);
    await expect.poll(() => parts.windows.open.size).toBe(1);
    const prompt = [...parts.windows.open.values()][0]?.split('#')[1] ?? '';
    expect(await ui['consent.get']({ prompt })).toMatchObject({
      account: 'ada@corp.test',
      accounts: [
        { id: 'session', chosen: true },
        { id: 'profile-1', label: 'grace@other.test', chosen: false },
      ],
    });
    expect(await ui['consent.account']({ prompt, account: 'profile-1' })).toMatchObject({
      account: 'grace@other.test',
      accounts: [{ chosen: false }, { chosen: true }],
    });
    expect((await parts.profiles.at(shop)).id).toBe('session');
    await ui['consent.answer']({ prompt, choice: 'allow', sub: grace.sub });
    await done;
    expect([parts.broker.consents.length, parts.broker.consentsOf(grace.sub).length]).toEqual([0, 1]);
    expect((await parts.profiles.at(shop)).id).toBe('profile-1');
  });

  it('is what is new, apart from what the site has', async () => {
    await ui['session.sign_in']({});
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read' }, ada.sub);
    void ask(['orders:write']);
    await expect.poll(() => parts.windows.open.size).toBe(1);
    const prompt = [...parts.windows.open.values()][0]?.split('#')[1] ?? '';
    expect(await ui['consent.get']({ prompt })).toMatchObject({
      asks: [{ resource: 'Orders API', scopes: [{ scope: 'orders:write', description: 'Change your orders' }] }],
      has: [{ name: 'Orders API', may: ['See your orders'] }],
    });
  });

  it('is the exact origin, and each scope in the configuration’s words', async () => {
    await ui['session.sign_in']({});
    const done = ask(['orders:read', 'orders:write']);
    await expect.poll(() => parts.windows.open.size).toBe(1);
    const prompt = [...parts.windows.open.values()][0]?.split('#')[1] ?? '';
    expect(await ui['consent.get']({ prompt })).toEqual({
      organization: { name: 'Acme' },
      origin: shop,
      site: 'Shop',
      account: 'ada@corp.test',
      sub: ada.sub,
      accounts: [{ id: 'session', label: 'ada@corp.test', chosen: true }],
      asks: [
        {
          resource: 'Orders API',
          scopes: [
            { scope: 'orders:read', description: 'See your orders' },
            { scope: 'orders:write', description: 'Change your orders' },
          ],
        },
      ],
      has: [],
    });
    await ui['consent.answer']({ prompt, choice: 'allow', sub: ada.sub });
    await done;
    await expect(ui['consent.get']({ prompt })).rejects.toMatchObject({ code: 'expired' });
  });
});

describe('the port of our own pages', () => {
  const own = { extensionId: 'ext', origin: 'chrome-extension://ext' };
  const ports = () => createUiPorts(own, () => createRouter<void>('ui', ui));

  it('serves our pages, tells them of changes, and refuses messages that are not theirs', async () => {
    const { port, sent, receive, close } = fakePort({ id: 'ext', origin: own.origin });
    const open = ports();
    open.serve(port);
    receive({ id: 1, m: 'state.get', p: {} });
    await expect.poll(() => sent).toMatchObject([{ id: 1, ok: true, r: { view: 'signed_out' } }]);
    open.changed();
    expect(sent.at(-1)).toEqual({ changed: true });
    close();
    open.changed();
    expect(sent).toHaveLength(2);
  });

  it.each([
    ['the bridge in a page', { id: 'ext', origin: shop }],
    ['another extension', { id: 'other', origin: 'chrome-extension://other' }],
  ])('hangs up on %s', async (_what, sender) => {
    const { port, sent, receive } = fakePort(sender);
    ports().serve(port);
    expect(port.disconnected).toBe(true);
    receive({ id: 1, m: 'session.sign_in', p: {} });
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([]);
    expect(parts.broker.calls).toEqual([]);
  });
});
