import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker, issuer } from '../../test/broker/in-process.ts';
import { sessionCaller } from '../../test/broker/session-caller.ts';
import { createPerson } from '../../test/e2e/kit/person.ts';
import { fieldOf } from '../../test/e2e/kit/visitor.ts';
import { createOktaLike } from '../../test/okta-like/okta.ts';

const org = 'https://p.example';
const upstreams = `  p: { name: Acme Okta, issuer: "${org}/oauth2/default", client_id: c, client_secret: "\${SECRET}", preset: okta }`;
const chromeId = 'a'.repeat(32);
const config = `extension: { chrome_ids: [${chromeId}] }
resources:
  https://api.example.com: { name: API, scopes: { read: Read } }
devices:
  tv: { name: TV, grant: both, allow: { "https://api.example.com": [read] } }`;
const ada = { id: 'ada', login: 'ada@example.com', password: 'of-ada', name: 'Ada', groups: [] };

let broker: InProcessBroker;
/** Whether the provider says that each of its responses has `iss` (RFC 9207). */
let namesItself: boolean;
let okta: Awaited<ReturnType<typeof createOktaLike>>['app'];

beforeEach(async () => {
  const client = { id: 'c', secret: 'of-this-test-only', redirectUris: [`${issuer}/callback`] };
  ({ app: okta } = await createOktaLike({ org, client, users: [ada], now: () => broker.clock.now }));
  namesItself = false;
  broker = await brokerInProcess(config, {
    fetch: async (input, init) => {
      const answer = await okta.request(String(input), init);
      if (!namesItself || !String(input).includes('/.well-known/')) return answer;
      return Response.json({ ...(await answer.json()), authorization_response_iss_parameter_supported: true });
    },
    upstreams,
  });
});
afterEach(() => broker.close());

const newPerson = () =>
  createPerson({ broker: issuer, idp: org }, [ada.login, ada.password], {}, undefined, async (url, init) => {
    const { pathname, search } = url;
    return url.origin === issuer ? broker.request(`${pathname}${search}`, init) : okta.request(url, init);
  });
type Person = ReturnType<typeof newPerson>;

const userCode = async (): Promise<string> => {
  const body = new URLSearchParams({ client_id: 'tv' });
  return (await (await broker.request('/device_authorization', { method: 'POST', body })).json()).user_code;
};
const authorizePath = `/authorize?${new URLSearchParams({
  client_id: 'tv',
  response_type: 'code',
  redirect_uri: 'http://127.0.0.1:5000/callback',
  code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
  code_challenge_method: 'S256',
  state: 'of-the-app',
})}`;
const refusalLines = () =>
  broker.logged.map((line) => JSON.parse(line)).filter(({ event }) => event === 'sign_in_refused');

/** The person arrives at the provider, which sends them back with an error. */
async function refused(person: Person, atProvider: URL, error: string, description?: string, iss?: string) {
  const query = new URLSearchParams({ error, state: atProvider.searchParams.get('state') ?? '' });
  if (description !== undefined) query.set('error_description', description);
  if (iss !== undefined) query.set('iss', iss);
  return person.visitor.visit(`${issuer}/callback?${query}`);
}

describe('a sign-in that the provider refuses', () => {
  it.each<[string, (person: Person) => Promise<URL>, RegExp, RegExp]>([
    [
      'from /account',
      async (person) => (await person.visitor.visit(`${issuer}/account`)).url,
      /href="\/account">Try again/,
      /\/device/,
    ],
    [
      'from /device',
      async (person) => {
        const code = await userCode();
        const form = await person.visitor.visit(`${issuer}/device?user_code=${code}`);
        const csrf = fieldOf(form.text, 'csrf');
        return (await person.visitor.visit(form.url, { csrf, user_code: code })).url;
      },
      /The device wasn’t signed in[\s\S]*href="\/device\?user_code=[A-Z]{4}-?[A-Z]{4}">Try again/,
      /\/account/,
    ],
    [
      'for a sign-out everywhere',
      async (person) => {
        const page = await person.signIn(await person.visitor.visit(`${issuer}/account`));
        return (await person.press(page, '/account', 'end_all')).url;
      },
      /You weren’t signed out anywhere[\s\S]*href="\/account">Try again/,
      /\/device/,
    ],
  ])('%s leads back there', async (_from, reach, leadsTo, not) => {
    const person = newPerson();
    const page = await refused(person, await reach(person), 'access_denied', 'User is not assigned');
    expect(page.status).toBe(403);
    expect(page.text).toContain('Acme Okta');
    expect(page.text).toMatch(leadsTo);
    expect(page.text.replace(/<link.*/g, '')).not.toMatch(new RegExp(`href="${not.source}`));
    expect(page.text).not.toContain('not assigned');
    expect(refusalLines()).toMatchObject([
      { upstream: 'p', provider_error: 'access_denied', provider_error_description: 'User is not assigned' },
    ]);
  });

  it.each([
    ['access_denied', 'access_denied'],
    ['interaction_required', 'access_denied'],
    ['temporarily_unavailable', 'temporarily_unavailable'],
    ['invalid_scope', 'server_error'],
  ])('is told to the program that waits for it: %s', async (error, told) => {
    const person = newPerson();
    const page = await refused(person, (await person.visitor.visit(`${issuer}${authorizePath}`)).url, error);
    expect(page.url.origin).toBe('http://127.0.0.1:5000');
    expect(Object.fromEntries(page.url.searchParams)).toMatchObject({
      error: told,
      error_description: expect.stringContaining(`(${error})`),
      state: 'of-the-app',
    });
  });

  it.each([
    ['access_denied', 403, 'You weren’t signed in', 'assign them to it at the provider'],
    ['interaction_required', 403, 'needs more from you', 'do something at the provider first'],
    ['temporarily_unavailable', 503, 'Try again in a minute', 'status page'],
    ['invalid_scope', 502, 'isn’t set up correctly', 'Allow every scope of upstreams.'],
  ])('says what helps: %s', async (error, status, text, cure) => {
    const person = newPerson();
    const { url } = await person.visitor.visit(`${issuer}/account`);
    const page = await refused(person, url, error, `because eyJhbGciOiJub25lIn0.${'x'.repeat(50)}. says so`);
    expect(page).toMatchObject({ status, text: expect.stringContaining(text) });
    expect(page.text).toContain(error);
    expect(page.text.includes('Try again</a>')).toBe(error !== 'invalid_scope');
    const [line] = refusalLines();
    expect(line.provider_error_description).toBe('because [removed] says so');
    expect(line.cure).toContain(cure);
  });

  it.each([
    ['says nothing of iss', 'sends its own', false, `${org}/oauth2/default`, 403],
    ['says nothing of iss', 'sends none', false, undefined, 403],
    ['says nothing of iss', 'sends another', false, 'https://other.example', 400],
    ['says that it sends iss', 'sends its own', true, `${org}/oauth2/default`, 403],
    ['says that it sends iss', 'sends none', true, undefined, 400],
    ['says that it sends iss', 'sends another', true, 'https://other.example', 400],
  ])('comes from the provider of the sign-in (RFC 9207): it %s, and %s', async (_says, _sends, says, iss, status) => {
    namesItself = says;
    const person = newPerson();
    const { url } = await person.visitor.visit(`${issuer}/account`);
    const page = await refused(person, url, 'access_denied', undefined, iss);
    expect(page.status).toBe(status);
    expect(page.text.includes('Acme Okta')).toBe(status === 403);
    expect(refusalLines()).toHaveLength(status === 403 ? 1 : 0);
    expect(
      broker.logged.some(
        (line) => line.includes(`iss is ${iss ? 'https' : 'missing'}`) || line.includes('iss is \\"https'),
      ),
    ).toBe(status === 400);
    // Anyone can make up a redirect, and `upstream_error` raises an alert.
    const signIns = (await broker.deps.metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('latchkey_sign_ins_total'));
    expect(signIns.join()).toContain(
      `kind="page",outcome="${status === 403 ? 'provider_refused' : 'invalid_request'}"} 1`,
    );
    expect(signIns).toHaveLength(1);
  });

  it('that has expired is told without a code that nobody entered', async () => {
    const person = newPerson();
    const { url } = await person.visitor.visit(`${issuer}/account`);
    broker.clock.now += 601_000;
    const page = await refused(person, url, 'access_denied');
    expect(page.status).toBe(400);
    expect(page.text).toContain(
      'This sign-in has expired, was already used, or was started in a different browser; start again',
    );
  });

  it('whose code is not taken leads back, too', async () => {
    const person = newPerson();
    const { url } = await person.visitor.visit(`${issuer}/account`);
    const state = url.searchParams.get('state') ?? '';
    const page = await person.visitor.visit(`${issuer}/callback?code=wrong&state=${state}`);
    expect(page.status).toBe(400);
    expect(page.text).toContain('href="/account"');
    expect(page.text).not.toContain('href="/device"');
  });
});

describe('a sign-in of the extension that the provider refuses', () => {
  const random = () => randomBytes(32).toString('base64url');
  async function begun(more: object = {}) {
    const own = await sessionCaller(broker);
    const [state, code_verifier] = [random(), random()];
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url');
    const redirect_uri = `https://${chromeId}.chromiumapp.org/`;
    const { status } = await own.call('/session/authorize', { redirect_uri, code_challenge, state, ...more });
    expect(status).toBe(200);
    return { own, held: { state, code_verifier } };
  }

  it('is logged once, and over', async () => {
    const { own, held } = await begun();
    const error_description = 'User is not assigned to the client application.';
    const report = { ...held, error: 'access_denied', error_description };
    expect((await own.call('/session/refusal', report)).status).toBe(204);
    expect(refusalLines()).toMatchObject([
      {
        upstream: 'p',
        purpose: 'extension',
        provider_error: 'access_denied',
        provider_error_description: error_description,
        sign_in: expect.stringMatching(/^[\w-]{12}$/),
      },
    ]);
    expect((await own.call('/session/refusal', report)).body.error).toBe('invalid_transaction');
    expect((await own.call('/session', { ...held, code: 'c' })).body.error).toBe('invalid_transaction');
    expect(refusalLines()).toHaveLength(1);
  });

  it('is believed from whoever began it, and from nobody else', async () => {
    const { own, held } = await begun();
    const other = await sessionCaller(broker);
    const report = { ...held, error: 'access_denied' };
    expect((await other.call('/session/refusal', report)).body.error).toBe('invalid_transaction');
    expect((await own.call('/session/refusal', { ...report, code_verifier: random() })).body.error).toBe(
      'invalid_transaction',
    );
    expect((await own.call('/session/refusal', { ...held })).body.error).toBe('invalid_request');
    expect(refusalLines()).toEqual([]);
    // Nothing was spent.
    expect((await own.call('/session/refusal', report)).status).toBe(204);
  });
});

describe('an unknown address', () => {
  it('is a page for a person, in their language', async () => {
    const headers = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Accept-Language': 'de' };
    const answer = await broker.request('/acount', { headers });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('text/html');
    const text = await answer.text();
    expect(text).toContain('Seite nicht gefunden');
    expect(text).toContain('href="/account"');
  });

  it.each([
    ['a program', { headers: { Accept: 'application/json' } }],
    ['a program that says nothing', {}],
    ['a form', { method: 'POST', headers: { Accept: 'text/html' } }],
  ])('is JSON for %s', async (_who, init) => {
    const answer = await broker.request('/acount', init);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: 'not_found' });
  });
});

it('whoever signed out everywhere can sign in again', async () => {
  const person = newPerson();
  const page = await person.signIn(await person.visitor.visit(`${issuer}/account`));
  const done = await person.signIn(await person.press(page, '/account', 'end_all'));
  expect(done.text).toContain('You’re signed out everywhere');
  expect(done.text).toMatch(/href="\/account">Sign in again/);
});
