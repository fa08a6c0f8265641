import { beforeEach, describe, expect, it } from 'vitest';
import type { PageErrorBody } from '#shared/errors.ts';
import { createBackground } from '../../../test/extension/background.ts';
import { api, brokerUrl, shop } from '../../../test/extension/fake-broker.ts';
import { fakePort } from '../../../test/extension/port.ts';
import { slot } from '../../platform/slot.ts';
import { createRouter } from '../router.ts';
import { createUiPorts, type UiHandlers } from '../ui-port.ts';
import { uiHandlers } from './ui.ts';

let parts: ReturnType<typeof createBackground>;
let ui: UiHandlers;
let broker: string | undefined;
let unreachable: Set<string>;
let patience: PromiseWithResolvers<void>;

beforeEach(() => {
  parts = createBackground();
  broker = brokerUrl;
  unreachable = new Set();
  patience = Promise.withResolvers();
  ui = uiHandlers({
    setup: {
      broker: async () => broker,
      isReachable: async (origin) => !unreachable.has(origin),
      expect: async () => undefined,
      resume: async () => undefined,
      restore: async () => undefined,
    },
    profiles: parts.profiles,
    prompts: parts.prompts,
    problem: slot<PageErrorBody>(parts.area, 'problem'),
    openTab: (url) => parts.windows.openTab(url),
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
    expect(await ui['state.get']({})).toEqual({ view: 'signing_in', broker: brokerUrl });
    gate.resolve();
    await done;
    expect(await ui['state.get']({})).toMatchObject({
      view: 'signed_in',
      account: { name: 'Ada Lovelace' },
      reauth: false,
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

  it('shows what each site may do in the configuration’s words, and takes it away', async () => {
    await ui['session.sign_in']({});
    await parts.session.grant({ origin: shop, resource: api, scope: 'orders:read' });
    expect(await ui['state.get']({})).toMatchObject({
      sites: [{ access: 'person', resources: [{ name: 'Orders API', may: ['See your orders'] }] }],
    });
    await ui['site.disconnect']({ origin: shop });
    expect(await ui['state.get']({})).toMatchObject({ sites: [{ access: 'none', resources: [] }] });
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

  it('offers to sign out at the provider too, once signed out here', async () => {
    await ui['session.sign_in']({});
    await ui['session.sign_out']({});
    expect(await ui['state.get']({})).toMatchObject({ view: 'signed_out', providerHost: 'idp.test' });
    await ui['provider.sign_out']({});
    expect(parts.windows.tabs).toEqual(['https://idp.test/logout']);
  });
});

describe('what the consent window shows', () => {
  it('is the exact origin, and each scope in the configuration’s words', async () => {
    await ui['session.sign_in']({});
    const done = parts.prompts.ask({
      profile: 'session',
      origin: shop,
      resource: api,
      scopes: ['orders:read', 'orders:write'],
    });
    await expect.poll(() => parts.windows.open.size).toBe(1);
    const prompt = [...parts.windows.open.values()][0]?.split('#')[1] ?? '';
    expect(await ui['consent.get']({ prompt })).toEqual({
      origin: shop,
      site: 'Shop',
      account: 'ada@corp.test',
      resource: 'Orders API',
      scopes: [
        { scope: 'orders:read', description: 'See your orders' },
        { scope: 'orders:write', description: 'Change your orders' },
      ],
    });
    await ui['consent.answer']({ prompt, allow: true });
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
