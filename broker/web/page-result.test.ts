import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { brokerInProcess, type InProcessBroker, issuer } from '../../test/broker/in-process.ts';
import { createPerson } from '../../test/e2e/kit/person.ts';
import { fieldOf } from '../../test/e2e/kit/visitor.ts';
import { createOktaLike } from '../../test/okta-like/okta.ts';

const org = 'https://p.example';
const upstreams = `  p: { issuer: "${org}/oauth2/default", client_id: c, client_secret: "\${SECRET}", preset: okta }`;
const config = `resources:
  https://api.example.com: { name: API, scopes: { read: Read } }
devices:
  tv: { name: TV, grant: both, allow: { "https://api.example.com": [read] } }`;
const people = ['ada', 'grace'].map((name) => ({
  id: name,
  login: `${name}@example.com`,
  password: `of-${name}`,
  name,
  groups: [],
}));

let broker: InProcessBroker;
let okta: Awaited<ReturnType<typeof createOktaLike>>['app'];
/** Every URL of the broker that a browser requested. */
let visited: URL[];

beforeEach(async () => {
  visited = [];
  const client = { id: 'c', secret: 'of-this-test-only', redirectUris: [`${issuer}/callback`] };
  ({ app: okta } = await createOktaLike({ org, client, users: people, now: () => broker.clock.now }));
  broker = await brokerInProcess(config, {
    fetch: async (input, init) => okta.request(String(input), init),
    upstreams,
  });
});
afterEach(() => broker.close());

const host = new URL(issuer).host;
const cookieOf = (person: Person) => person.visitor.cookies(host).get('__Host-lk-page') ?? '';
const takeCookie = (person: Person, value: string) => void person.visitor.cookies(host).set('__Host-lk-page', value);

function newPerson(name = 'ada') {
  const login = [`${name}@example.com`, `of-${name}`] as const;
  return createPerson({ broker: issuer, idp: org }, login, {}, undefined, async (url, init) => {
    if (url.origin === issuer) visited.push(url);
    const { pathname, search } = url;
    return url.origin === issuer ? broker.request(`${pathname}${search}`, init) : okta.request(url, init);
  });
}
type Person = ReturnType<typeof newPerson>;

const post = async (path: string, form: Record<string, string>) => {
  const body = new URLSearchParams({ client_id: 'tv', ...form });
  return (await (await broker.request(path, { method: 'POST', body })).json()) as Record<string, string>;
};
const begin = async () => {
  const { user_code = '', device_code = '' } = await post('/device_authorization', {});
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
  return { user_code, poll: () => post('/token', { grant_type, device_code }) };
};
const lastCallback = () => visited.findLast(({ pathname }) => pathname === '/callback')?.href ?? '';
const signedIn = expect.stringContaining('You’re signed in');
const question = expect.stringContaining('Allow <strong><bdi>TV</bdi></strong> to sign in as you?');

describe('a page after a sign-in', () => {
  it('is at an address that can be loaded again: the question, and its answer', async () => {
    const person = newPerson();
    const { user_code, poll } = await begin();
    const asked = await person.enter(user_code);
    expect(asked.url.pathname).toBe('/result');
    const reloaded = await person.visitor.visit(asked.url);
    expect(reloaded).toMatchObject({ status: 200, text: question });
    const done = await person.decide(reloaded, 'allow');
    expect(done).toMatchObject({ status: 200, text: signedIn });
    // Reload, then go back to the question.
    for (const { url } of [done, asked])
      expect(await person.visitor.visit(url)).toMatchObject({ status: 200, text: signedIn });
    expect(await poll()).toHaveProperty('access_token');
    for (const { url } of [done, asked])
      expect(await person.visitor.visit(url)).toMatchObject({ status: 200, text: signedIn });
  });

  it('is shown again where the callback is loaded again', async () => {
    const person = newPerson();
    const asked = await person.enter((await begin()).user_code);
    expect(await person.visitor.visit(lastCallback())).toMatchObject({ status: 200, text: question, url: asked.url });
    const done = await person.decide(asked, 'allow');
    expect(await person.visitor.visit(lastCallback())).toMatchObject({ status: 200, text: signedIn, url: done.url });
  });

  it.each([
    ['a wrong code', async (person: Person) => person.enter('ZZZZ-ZZZZ'), 400, 'isn’t valid or has expired'],
    [
      'a denial',
      async (person: Person) => person.decide(await person.enter((await begin()).user_code), 'deny'),
      200,
      'Sign-in denied',
    ],
    [
      'a report',
      async (person: Person) => person.decide(await person.enter((await begin()).user_code), 'report'),
      200,
      'Thanks for reporting',
    ],
    [
      'a sign-out everywhere',
      async (person: Person) => {
        const page = await person.signIn(await person.visitor.visit(`${issuer}/account`));
        return person.signIn(await person.press(page, '/account', 'end_all'));
      },
      200,
      'You’re signed out everywhere',
    ],
  ])('says the same after a reload: %s', async (_what, reach, status, text) => {
    const person = newPerson();
    const first = await reach(person);
    expect(first).toMatchObject({ status, text: expect.stringContaining(text) });
    expect(await person.visitor.visit(first.url)).toMatchObject({ status, text: expect.stringContaining(text) });
  });

  it('says the same after a reload: a cancelation at the provider', async () => {
    const person = newPerson();
    const form = await person.visitor.visit(`${issuer}/account`);
    const state = form.url.searchParams.get('state');
    const canceled = await person.visitor.visit(`${issuer}/callback?error=access_denied&state=${state}`);
    const shown = { status: 403, text: expect.stringContaining('You weren’t signed in') };
    expect(canceled).toMatchObject(shown);
    expect(await person.visitor.visit(canceled.url)).toMatchObject(shown);
    expect(await person.visitor.visit(`${issuer}/callback?error=access_denied&state=${state}`)).toMatchObject(shown);
  });

  it('leaves the provider’s reason for a refusal in the log, under the sign-in’s ID', async () => {
    const form = await newPerson().visitor.visit(`${issuer}/account`);
    const state = form.url.searchParams.get('state') ?? '';
    const why = 'The user is not assigned to this application.';
    const query = new URLSearchParams({ error: 'access_denied', error_description: why, state });
    const refused = () =>
      broker.logged.map((line) => JSON.parse(line)).filter(({ event }) => event === 'sign_in_refused');
    await newPerson().visitor.visit(`${issuer}/callback?${query}`);
    expect(refused()).toEqual([]);
    const person = newPerson();
    const own = await person.visitor.visit(`${issuer}/account`);
    query.set('state', own.url.searchParams.get('state') ?? '');
    await person.visitor.visit(`${issuer}/callback?${query}`);
    expect(refused()).toMatchObject([
      {
        purpose: 'account',
        provider_error: 'access_denied',
        provider_error_description: why,
        sign_in: expect.stringMatching(/^[\w-]{12}$/),
      },
    ]);
  });

  it('claims nothing once nobody can know any more', async () => {
    const person = newPerson();
    const done = await person.decide(await person.enter((await begin()).user_code), 'allow');
    broker.clock.now += 900_000;
    const gone = await person.visitor.visit(done.url);
    expect(gone).toMatchObject({ status: 400, text: expect.stringContaining('it still counts') });
    expect(gone.text).not.toContain('Nothing was changed');
  });

  it('is for its person: others are shown neither the question nor the answer', async () => {
    const asked = await newPerson().enter((await begin()).user_code);
    const grace = newPerson('grace');
    await grace.enter((await begin()).user_code);
    for (const other of [newPerson(), grace]) {
      const shown = await other.visitor.visit(asked.url);
      expect(shown.status).toBe(400);
      expect(shown.text).not.toContain('ada');
    }
  });
});

describe('a callback that is loaded twice', () => {
  it('begins anew where the first response never arrived, and ends the same', async () => {
    const person = newPerson();
    const form = await person.visitor.visit(`${issuer}/device`);
    const before = cookieOf(person);
    await person.enter((await begin()).user_code);
    expect(form.status).toBe(200);
    takeCookie(person, before);
    const asked = await person.visitor.visit(lastCallback());
    expect(asked).toMatchObject({ status: 200, text: question });
    const middle = cookieOf(person);
    expect(await person.decide(asked, 'allow')).toMatchObject({ text: signedIn });
    takeCookie(person, middle);
    expect(await person.visitor.visit(lastCallback())).toMatchObject({ status: 200, text: signedIn });
  });

  it('begins anew once, soon, and for the browser that began it', async () => {
    const person = newPerson();
    await person.visitor.visit(`${issuer}/device`);
    const before = cookieOf(person);
    await person.enter((await begin()).user_code);
    const callback = lastCallback();
    expect((await newPerson().visitor.visit(callback)).status).toBe(400);
    takeCookie(person, before);
    broker.clock.now += 60_000;
    expect((await person.visitor.visit(callback)).status).toBe(400);
  });
});

it('a callback that arrives while the first one is taking the sign-in meets no error', async () => {
  const person = newPerson();
  const login = await person.visitor.visit(`${issuer}/account`);
  const body = new URLSearchParams({ username: 'ada@example.com', password: 'of-ada' });
  const back = (await okta.request(login.url, { method: 'POST', body })).headers.get('location') ?? '';
  const headers = { cookie: `__Host-lk-page=${cookieOf(person)}` };
  const { store } = broker.deps;
  const consume = store.consumeTransaction.bind(store);
  let second: Response | undefined;
  vi.spyOn(store, 'consumeTransaction').mockImplementationOnce(async (...transaction) => {
    const taken = await consume(...transaction);
    second = await broker.request(back.slice(issuer.length), { headers });
    return taken;
  });
  expect((await person.visitor.visit(back)).url.pathname).toBe('/account');
  // It begins the sign-in once more: the provider knows the person by now.
  expect([second?.status, second?.headers.get('location')]).toEqual([303, expect.stringContaining(org)]);
});

describe('a request that nobody made in person', () => {
  it.each([
    ['HEAD', { method: 'HEAD' }, 204],
    ['a prefetch', { headers: { 'Sec-Purpose': 'prefetch' } }, 503],
    ['a prerender', { headers: { 'Sec-Purpose': 'prefetch;prerender' } }, 503],
    ['a preview', { headers: { 'X-Purpose': 'preview' } }, 503],
  ])('uses nothing up, though it has the cookie: %s', async (_what, init: RequestInit, status) => {
    const person = newPerson();
    const login = await person.visitor.visit(`${issuer}/account`);
    const body = new URLSearchParams({ username: 'ada@example.com', password: 'of-ada' });
    const back = (await okta.request(login.url, { method: 'POST', body })).headers.get('location') ?? '';
    const headers = { ...init.headers, cookie: `__Host-lk-page=${cookieOf(person)}` };
    const ahead = await broker.request(back.slice(issuer.length), { ...init, headers });
    expect([ahead.status, await ahead.text()]).toEqual([status, '']);
    expect((await person.visitor.visit(back)).url.pathname).toBe('/account');
  });
});

describe('a decision that is sent twice', () => {
  /** “Allow”, with the cookie that the question was shown with. */
  const sendAgain = ({ text }: { text: string }, cookie: string) => {
    const body = new URLSearchParams({ csrf: fieldOf(text, 'csrf'), ticket: fieldOf(text, 'ticket'), action: 'allow' });
    const headers = { cookie: `__Host-lk-page=${cookie}` };
    return broker.request('/device/decision', { method: 'POST', body, headers });
  };

  it.each([
    ['allow', signedIn],
    ['deny', expect.stringContaining('Sign-in denied')],
    ['report', expect.stringContaining('Thanks for reporting')],
  ] as const)('has the same result each time: %s', async (action, text) => {
    const person = newPerson();
    const asked = await person.enter((await begin()).user_code);
    for (const _time of [1, 2, 3]) expect(await person.decide(asked, action)).toMatchObject({ status: 200, text });
    // A different value has no effect.
    const other = action === 'allow' ? 'deny' : 'allow';
    expect(await person.decide(asked, other)).toMatchObject({ status: 200, text });
  });

  it('in one moment allows the device once', async () => {
    const person = newPerson();
    const { user_code, poll } = await begin();
    const asked = await person.enter(user_code);
    const both = await Promise.all([person.decide(asked, 'allow'), person.decide(asked, 'allow')]);
    for (const done of both) expect(done).toMatchObject({ status: 200, text: signedIn });
    expect(await poll()).toHaveProperty('access_token');
    expect((await poll()).error).toBe('invalid_grant');
  });

  it('shows the same when the first has led the browser on to another page session', async () => {
    const person = newPerson();
    const { user_code } = await begin();
    const asked = await person.enter(user_code);
    const before = cookieOf(person);
    await person.decide(asked, 'allow');
    const after = cookieOf(person);
    takeCookie(person, before);
    // A request under way still has the old cookie. What it leads to has the new one.
    const again = await sendAgain(asked, before);
    expect(again.status).toBe(303);
    takeCookie(person, after);
    expect(await person.visitor.visit(new URL(again.headers.get('location') ?? '', issuer))).toMatchObject({
      status: 200,
      text: signedIn,
    });
  });

  it('shows the same while the first is still being written', async () => {
    const person = newPerson();
    const { user_code } = await begin();
    const asked = await person.enter(user_code);
    const before = cookieOf(person);
    const { store } = broker.deps;
    const write = store.decideDeviceGrant.bind(store);
    const [reached, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    vi.spyOn(store, 'decideDeviceGrant').mockImplementationOnce(async (...decision) => {
      reached.resolve();
      await free.promise;
      return write(...decision);
    });
    const first = person.decide(asked, 'allow');
    await reached.promise;
    const looked = vi.spyOn(store, 'getDeviceGrant');
    const second = sendAgain(asked, before);
    await expect.poll(() => looked.mock.settledResults[0]?.value).toMatchObject({ state: 'pending' });
    free.resolve();
    expect((await second).status).toBe(303);
    expect(await first).toMatchObject({ status: 200, text: signedIn });
  });

  it('by another person is still that person’s own error', async () => {
    const { user_code } = await begin();
    const [ada, grace] = [newPerson(), newPerson('grace')];
    const [asked, other] = [await ada.enter(user_code), await grace.enter(user_code)];
    await ada.decide(asked, 'deny');
    expect(await grace.decide(other, 'deny')).toMatchObject({
      status: 400,
      text: expect.stringContaining('already used'),
    });
  });
});

describe('a program on this computer', () => {
  const verifier = 'v'.repeat(43);
  const authorize = (person: Person) =>
    person.open(
      `${issuer}/authorize?${new URLSearchParams({
        client_id: 'tv',
        redirect_uri: 'http://127.0.0.1:51004/callback',
        response_type: 'code',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })}`,
    );

  it('is asked about at an address that can be loaded again, and then shows the answer', async () => {
    const person = newPerson();
    const asked = await authorize(person);
    expect(await person.visitor.visit(asked.url)).toMatchObject({ status: 200, text: question });
    const left = await person.decideNative(asked, 'allow');
    expect(left.url.searchParams.get('code')).toEqual(expect.any(String));
    expect(await person.visitor.visit(asked.url)).toMatchObject({ status: 200, text: signedIn });
    expect(await person.decideNative(asked, 'allow')).toMatchObject({ status: 200, text: signedIn });
    expect(await person.visitor.visit(lastCallback())).toMatchObject({ status: 200, text: signedIn });
  });

  it('shows the answer to a second “Allow” while the first is still being written', async () => {
    const person = newPerson();
    const asked = await authorize(person);
    const body = new URLSearchParams({
      csrf: fieldOf(asked.text, 'csrf'),
      ticket: fieldOf(asked.text, 'ticket'),
      action: 'allow',
    });
    const headers = { cookie: `__Host-lk-page=${cookieOf(person)}` };
    const { store } = broker.deps;
    const change = store.changeTransaction.bind(store);
    const [reached, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let changes = 0;
    vi.spyOn(store, 'changeTransaction').mockImplementation(async (...transaction) => {
      changes += 1;
      // The first two have the question follow its browser. The third stores the answer.
      if (changes === 3) {
        reached.resolve();
        await free.promise;
      }
      return change(...transaction);
    });
    const first = person.decideNative(asked, 'allow');
    await reached.promise;
    const looked = vi.spyOn(store, 'readTransaction');
    const second = broker.request('/authorize/decision', { method: 'POST', body, headers });
    await expect.poll(() => looked.mock.settledResults.length).toBeGreaterThan(2);
    free.resolve();
    expect((await second).status).toBe(303);
    expect((await first).url.searchParams.get('code')).toEqual(expect.any(String));
  });

  it('is told of a denial each time, because the browser may have left the first response', async () => {
    const person = newPerson();
    const asked = await authorize(person);
    for (const _time of [1, 2]) {
      const left = await person.decideNative(asked, 'deny');
      expect(left.url.searchParams.get('error')).toBe('access_denied');
    }
    expect((await person.visitor.visit(asked.url)).text).toContain('Sign-in denied');
    expect((await person.decideNative(asked, 'allow')).text).toContain('Sign-in denied');
  });

  it('has a question that no device’s decision answers, and the other way around', async () => {
    const person = newPerson();
    const native = await authorize(person);
    const device = await person.enter((await begin()).user_code);
    for (const action of ['allow', 'deny'] as const) {
      expect((await person.decide(native, action)).status).toBe(403);
      expect((await person.decideNative(device, action)).status).toBe(200);
    }
    expect(await person.visitor.visit(native.url)).toMatchObject({ status: 200, text: question });
  });
});
