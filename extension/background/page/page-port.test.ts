import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePort } from '../../../test/extension/port.ts';
import { createManagedPolicy } from '../../protocol/managed-policy.ts';
import { createRouter } from '../handlers/router.ts';
import type { Profile } from '../profiles/profile.ts';
import type { PageCall } from './handler-types.ts';
import { createPagePorts, type PagePortDeps, type Port } from './page-port.ts';
import { createPendingRequests } from './pending-requests.ts';
import { createRateLimit } from './rate-limit.ts';
import { createSiteAccess } from './site-access.ts';

const origin = 'https://shop.test';
const sender = { id: 'ext', origin, frameId: 0, documentId: 'D1', tab: { id: 7, incognito: false } };
const clock = { ms: 0 };
const now = () => clock.ms;

type Sent = { id?: string; ok?: boolean; r?: unknown; e?: { code: string }; ev?: string; pending?: object };
const portOf = (overrides: object) => fakePort<Sent>({ ...sender, ...overrides });

const relay = (id: string, more: object = {}) => ({
  request: { v: 1, id, m: 'session.get', p: {}, deadline_ms: 60_000, ...more },
  click: 1,
  channel: 1,
});

let handler: ReturnType<typeof vi.fn<(params: unknown, call: PageCall) => Promise<unknown>>>;
let timers: (() => void)[];
let serve: (port: Port) => void;
let requireAccess: PagePortDeps['requireAccess'];
let profile: ReturnType<typeof profileWith>;
let gone: string[];

const profileWith = (epoch: string) => ({
  events: { current: async () => ({ ev: 'session', epoch }), epoch: async () => epoch },
});

beforeEach(() => {
  clock.ms = 0;
  timers = [];
  handler = vi.fn(async () => ({ signed_in: true }));
  requireAccess = async () => undefined;
  profile = profileWith('e1');
  gone = [];
  serve = createPagePorts({
    rules: { extensionId: 'ext', development: false },
    router: createRouter<PageCall>('page', { 'session.get': (params, call) => handler(params, call) }),
    pending: createPendingRequests({
      now,
      after: () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        timers.push(resolve);
        return { elapsed: promise, cancel: () => undefined };
      },
    }),
    limit: createRateLimit({ count: 3, perMs: 10_000 }, now),
    requireAccess: (asked) => requireAccess(asked),
    profileAt: async () => profile as unknown as Profile,
    here: () => undefined,
    gone: (document) => void gone.push(document),
  });
});

/** Site access under a managed policy, in a build with this site. */
const admitting = (managed: ReturnType<typeof createManagedPolicy>) => ({
  sites: [origin],
  broker: async () => undefined,
  managed,
  isReachable: async () => true,
  isTurnedOn: async () => false,
  current: async () => undefined,
});

/** Opens a port and waits for its greeting. */
async function open(overrides: object = {}) {
  const fake = portOf(overrides);
  serve(fake.port);
  await expect.poll(() => fake.sent.length).toBe(1);
  fake.sent.shift();
  const ask = async (message: unknown) => {
    const before = fake.sent.length;
    fake.receive(message);
    await expect.poll(() => fake.sent.length).toBeGreaterThan(before);
    return fake.sent.at(-1);
  };
  return { ...fake, ask };
}

describe('a page’s port', () => {
  it('greets with the epoch and answers', async () => {
    const fake = portOf({});
    serve(fake.port);
    await expect.poll(() => fake.sent).toEqual([{ ev: 'session', epoch: 'e1' }]);
    const { ask } = await open();
    expect(await ask(relay('a'))).toEqual({ v: 1, channel: 1, id: 'a', ok: true, r: { signed_in: true } });
    expect(handler.mock.calls[0]?.[1]).toMatchObject({ sender: { origin, tabId: 7, document: 'D1' }, activated: true });
  });

  it('refuses each request of a sender that it may not serve, and greets it with nothing', async () => {
    const fake = portOf({ origin: 'null' });
    serve(fake.port);
    fake.receive(relay('a'));
    await expect.poll(() => fake.sent).toMatchObject([{ id: 'a', ok: false, e: { code: 'policy_denied' } }]);
    expect(handler).not.toHaveBeenCalled();
  });

  it('refuses a site that is not admitted, and greets it with nothing', async () => {
    requireAccess = async () => {
      throw new LatchkeyError({ code: 'policy_denied', message: 'no' });
    };
    const fake = portOf({});
    serve(fake.port);
    fake.receive(relay('a'));
    await expect.poll(() => fake.sent).toMatchObject([{ id: 'a', ok: false, e: { code: 'policy_denied' } }]);
    expect(handler).not.toHaveBeenCalled();
  });

  const token = { resource: 'https://api.test', scopes: ['a'] };
  it.each([
    ['session.get', {}],
    ['session.sign_in', {}],
    ['session.sign_out', {}],
    ['token.get', { ...token, interactive: 'if_needed' }],
    ['token.proof', { ...token, method: 'GET', url: 'https://api.test/' }],
    ['access.list', {}],
    ['access.revoke', {}],
    ['request.poll', { request_id: 'a' }],
    ['request.cancel', { request_id: 'a' }],
  ])('refuses %s in a private window and in a container, and says so', async (m, p) => {
    const managed = createManagedPolicy(async () => ({}));
    requireAccess = createSiteAccess(admitting(managed));
    for (const [tab, where] of [
      [{ id: 7, incognito: true }, 'private window'],
      [{ id: 7, incognito: false, cookieStoreId: 'firefox-container-1' }, 'container'],
    ] as const) {
      const fake = portOf({ tab });
      serve(fake.port);
      fake.receive(relay('a', { m, p }));
      await expect.poll(() => fake.sent).toMatchObject([{ id: 'a', ok: false, e: { code: 'policy_denied' } }]);
      expect(JSON.stringify(fake.sent)).toContain(`in a ${where}`);
    }
    expect(handler).not.toHaveBeenCalled();
  });

  it('serves both where the policy of the computer allows them', async () => {
    const managed = createManagedPolicy(async () => ({ private_windows: 'allow' }));
    requireAccess = createSiteAccess(admitting(managed));
    const { ask } = await open({ tab: { id: 7, incognito: true } });
    expect(await ask(relay('a'))).toMatchObject({ ok: true });
  });

  it.each([
    ['extra keys', { ...relay('a'), origin: 'https://bank.test' }],
    ['extra keys in the request', relay('a', { origin: 'https://bank.test' })],
    ['a click that is no number', { ...relay('a'), click: true }],
    ['a click that is none', { ...relay('a'), click: -1 }],
    ['a method of our own pages', relay('a', { m: 'consent.answer', p: { prompt: 'p', allow: true } })],
    ['a method from Object.prototype', relay('a', { m: 'constructor' })],
  ])('refuses %s with invalid_request', async (_what, message) => {
    const { ask } = await open();
    expect(await ask(message)).toMatchObject({ id: 'a', ok: false, e: { code: 'invalid_request' } });
    expect(handler).not.toHaveBeenCalled();
  });

  it.each([null, 'text', 42, [], {}])('answers %j without an id, and goes on', async (message) => {
    const { ask } = await open();
    expect(await ask(message)).toMatchObject({ id: '', e: { code: 'invalid_request' } });
    expect(await ask(relay('b'))).toMatchObject({ id: 'b', ok: true });
  });

  it('refuses an id that it has seen', async () => {
    const { ask } = await open();
    await ask(relay('a'));
    expect(await ask(relay('a'))).toMatchObject({ id: 'a', e: { code: 'invalid_request' } });
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('tells the ports of a document apart: the same id on another one is another request', async () => {
    const { ask } = await open();
    await ask(relay('a'));
    expect(await ask({ ...relay('a'), channel: 2 })).toMatchObject({ channel: 2, id: 'a', ok: true });
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('slows a document that asks too often, over all its ports, and tells it for how long', async () => {
    const first = await open();
    const second = await open();
    for (const id of ['a', 'b', 'c']) await first.ask(relay(id));
    clock.ms = 4_000;
    expect(await second.ask(relay('d'))).toMatchObject({ e: { code: 'busy', retry_after_ms: 6_000 } });
    const other = await open({ documentId: 'D2' });
    expect(await other.ask(relay('d'))).toMatchObject({ ok: true });
    clock.ms = 10_000;
    expect(await first.ask(relay('e'))).toMatchObject({ ok: true });
  });

  it('answers pending for long work; the page polls for it, and no other document can', async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    handler.mockReturnValue(promise);
    const mine = await open();
    const other = await open({ documentId: 'D2' });
    mine.receive(relay('a'));
    await expect.poll(() => timers.length).toBe(1);
    timers[0]?.();
    await expect.poll(() => mine.sent).toMatchObject([{ id: 'a', pending: { request_id: 'a' } }]);
    const poll = (id: string) => relay(id, { m: 'request.poll', p: { request_id: 'a' } });
    expect(await other.ask(poll('p'))).toMatchObject({ e: { code: 'expired' } });
    resolve({ token: 1 });
    expect(await mine.ask(poll('p'))).toMatchObject({ id: 'p', ok: true, r: { token: 1 } });
    expect(await mine.ask(poll('q'))).toMatchObject({ e: { code: 'expired' } });
  });

  it.each([
    [
      'another account',
      () => {
        profile = profileWith('e1');
      },
    ],
    [
      'another session of the account',
      () => {
        profile.events.epoch = async () => 'e2';
      },
    ],
  ])('keeps to itself what was found out before the site had %s', async (_what, change) => {
    const { promise, resolve } = Promise.withResolvers<object>();
    handler.mockImplementation(async (_params, call) => {
      await call.profile();
      return promise;
    });
    const { ask, receive, sent } = await open();
    receive(relay('a'));
    await expect.poll(() => timers.length).toBe(1);
    timers[0]?.();
    await expect.poll(() => sent).toMatchObject([{ id: 'a', pending: { request_id: 'a' } }]);
    resolve({ token: 1 });
    await promise;
    await new Promise((done) => setTimeout(done));
    change();
    const answer = await ask(relay('p', { m: 'request.poll', p: { request_id: 'a' } }));
    expect(answer).toMatchObject({ id: 'p', ok: false, e: { code: 'expired' } });
    expect(JSON.stringify(answer)).not.toContain('token');
  });

  it('keeps to itself what was found out while the access was taken away', async () => {
    handler.mockImplementation(async (_params, call) => {
      await call.profile();
      // A token that was read from the cache just before it is cleared.
      profile.events.epoch = async () => 'e2';
      return { token: 1 };
    });
    const { ask } = await open();
    const answer = await ask(relay('a'));
    expect(answer).toMatchObject({ id: 'a', ok: false, e: { code: 'expired' } });
    expect(JSON.stringify(answer)).not.toContain('token');
  });

  it('keeps to itself what was found out before the site lost its access', async () => {
    handler.mockImplementation(async () => {
      requireAccess = async () => {
        throw new LatchkeyError({ code: 'policy_denied', message: 'denied since' });
      };
      return { token: 1 };
    });
    const { ask } = await open();
    expect(await ask(relay('a'))).toMatchObject({ id: 'a', ok: false, e: { code: 'policy_denied' } });
  });

  it('forgets canceled work, and what has passed its deadline', async () => {
    handler.mockReturnValue(new Promise(() => undefined));
    const mine = await open();
    mine.receive(relay('a', { deadline_ms: 5_000 }));
    await expect.poll(() => timers.length).toBe(1);
    clock.ms = 5_000;
    timers[0]?.();
    await expect.poll(() => mine.sent).toMatchObject([{ id: 'a', e: { code: 'expired' } }]);
    mine.receive(relay('b'));
    await expect.poll(() => timers.length).toBe(2);
    await mine.ask(relay('c', { m: 'request.cancel', p: { request_id: 'b' } }));
    clock.ms = 20_000;
    expect(await mine.ask(relay('d', { m: 'request.poll', p: { request_id: 'b' } }))).toMatchObject({
      e: { code: 'expired' },
    });
  });

  it('joins a request that comes again over another port of the same document', async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    handler.mockReturnValue(promise);
    const first = await open();
    first.receive(relay('a'));
    await expect.poll(() => handler.mock.calls.length).toBe(1);
    const second = await open();
    second.receive(relay('a'));
    first.close();
    resolve({ done: true });
    await expect.poll(() => second.sent).toMatchObject([{ id: 'a', ok: true, r: { done: true } }]);
    expect(handler).toHaveBeenCalledTimes(1);
    expect(handler.mock.calls[0]?.[1].alive()).toBe(true);
    expect(first.sent).toEqual([]);
  });

  it('lets each click of a document open one window, whichever request comes first', async () => {
    const { ask } = await open();
    const taken: boolean[] = [];
    handler.mockImplementation(async (_params, call) => taken.push(call.takeClick()));
    clock.ms = 0;
    await ask({ ...relay('none'), click: 0 });
    await ask({ ...relay('first'), click: 1 });
    await ask({ ...relay('again'), click: 1 });
    clock.ms = 20_000;
    await ask({ ...relay('next'), click: 2 });
    await ask({ ...relay('old'), click: 1 });
    expect(taken).toEqual([false, true, false, true, false]);
    const other = await open({ documentId: 'D2' });
    await other.ask({ ...relay('first'), click: 1 });
    expect(taken.at(-1)).toBe(true);
  });

  it('says when a document has closed its last port', async () => {
    const first = await open();
    const second = await open();
    first.close();
    expect(gone).toEqual([]);
    second.close();
    expect(gone).toEqual(['D1']);
  });

  it('tells the handler when the document is gone', async () => {
    const { ask, close } = await open();
    await ask(relay('a'));
    const call = handler.mock.calls[0]?.[1];
    expect(call?.alive()).toBe(true);
    close();
    expect(call?.alive()).toBe(false);
  });

  it('forgets a click when the document has been away, such as in the back/forward cache', async () => {
    handler.mockReturnValue(new Promise(() => undefined));
    const first = await open();
    first.receive(relay('a'));
    await expect.poll(() => handler.mock.calls.length).toBe(1);
    const call = handler.mock.calls[0]?.[1];
    const second = await open();
    first.close();
    expect(call?.activated).toBe(true);
    second.close();
    expect(call?.activated).toBe(false);
    await open();
    expect(call?.alive()).toBe(true);
    expect(call?.activated).toBe(false);
  });

  it('that is gone before the browser says so rejects nothing that nobody handles', async () => {
    const rejected = vi.fn();
    process.once('unhandledRejection', rejected);
    const { port, receive } = await open();
    port.postMessage = () => {
      throw new Error('Attempting to use a disconnected port object');
    };
    receive(relay('a'));
    await expect.poll(() => handler.mock.calls.length).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(rejected).not.toHaveBeenCalled();
    process.off('unhandledRejection', rejected);
  });

  it('hides what a fault of ours says', async () => {
    vi.stubGlobal('reportError', vi.fn());
    handler.mockRejectedValue(new Error('secret internals'));
    const { ask } = await open();
    const answer = await ask(relay('a'));
    expect(answer).toMatchObject({ e: { code: 'busy' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(reportError).toHaveBeenCalled();
    vi.unstubAllGlobals();
  });
});
