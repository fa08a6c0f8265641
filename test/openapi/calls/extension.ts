import * as oauth from 'oauth4webapi';
import type { TestBroker } from '../../e2e/kit/broker.ts';
import { redirectUri } from '../../e2e/kit/broker.ts';
import { beginDevice } from '../../e2e/kit/device-flow.ts';
import { openEvents } from '../../e2e/kit/event-stream.ts';
import { createSessionClient } from '../../e2e/kit/session-client.ts';
import { createVisitor } from '../../e2e/kit/visitor.ts';
import { oktaSecret, strictSite } from '../setting.ts';

const random = () => oauth.generateRandomState();

/** Everything that the extension calls, and how each call fails. */
export async function callAsExtension(broker: TestBroker): Promise<void> {
  const { origins } = broker;
  const { broker: issuer, idp, api, shop, notes } = origins;
  const visitor = createVisitor([idp]);
  const session = await createSessionClient(issuer, visitor);
  const { call } = session;

  await call('GET', '/session/upstreams');
  await call('POST', '/session/refusal', refusal(random(), oauth.generateRandomCodeVerifier()));
  const refused = await session.authorize();
  await call('POST', '/session/refusal', refusal(refused.state, refused.verifier));
  await session.authorize({ prompt: 'none' });
  await session.authorize({ prompt: 'none', sub: 'ada' });
  await session.authorize({ more: 'than is known' });

  const { account } = await session.signIn();
  const created = await call('GET', '/session');
  await call('GET', '/session', undefined, { headers: { 'If-None-Match': created.headers.get('etag') ?? '' } });
  await call('GET', '/session', undefined, { headers: { 'Latchkey-Account': 'somebody-else' } });
  await session.signInSilently('somebody-else');
  await session.signInSilently(account.sub);
  await failAsStranger(issuer, idp);

  const stream = await openEvents(session, issuer);
  await stream.connected();
  await stream.close();

  const token = (body: object) => call('POST', '/session/token', { resource: api, scope: 'orders:read', ...body });
  await token({ origin: shop });
  await call('POST', '/session/consents', { origin: shop, resource: api, scope: 'orders:read' });
  await token({ origin: shop, jkt: 'x'.repeat(43) });
  await token({ origin: notes, scope: 'orders:write' });
  await token({ origin: notes, resource: 'https://nowhere.example.com' });
  await token({ origin: 'https://nowhere.example.com' });
  await token({ origin: strictSite });
  await call('DELETE', '/session/consents', { origin: shop, resource: api });
  await call('POST', '/session/consents', { decision: 'never', origin: shop });
  await token({ origin: shop });
  await call('POST', '/session/consents', { decision: 'never', origin: notes });
  await call('POST', '/session/consents', { origin: shop, resource: 'https://nowhere.example.com', scope: 'a' });
  await call('POST', '/session/consents', { origin: shop, resource: api, scope: 'orders:delete' });
  await call('POST', '/session/consents', { decision: 'ask', origin: shop });

  await call('GET', '/session/activity');
  await call('POST', '/session/activity/end', { of: 'device', id: 'gone' });
  await callAboutDevices(issuer, session, visitor);
  await failAsSession(session);

  await call('DELETE', '/session');
  await call('GET', '/session');
  await loseGrant(broker);
}

/** The provider ends the grant of a session, and the person has to sign in again. */
async function loseGrant({ origins, weather }: TestBroker): Promise<void> {
  const { broker: issuer, idp, api, notes } = origins;
  const { call, signIn } = await createSessionClient(issuer, undefined, idp);
  const { account } = await signIn('grace', 'compiler-1952');
  const party = { type: 'User', alternateId: account.email };
  await fetch(`${issuer}/hooks/example/okta-events`, {
    method: 'POST',
    headers: { Authorization: oktaSecret, 'Content-Type': 'application/json' },
    body: JSON.stringify({ eventId: 'grace', data: { events: [{ eventType: 'user.account.lock', target: [party] }] } }),
  });
  const body = '{"error":"invalid_grant"}';
  weather.trouble = { failing: { status: 400, headers: { 'Content-Type': 'application/json' }, body } };
  await call('POST', '/session/token', { origin: notes, resource: api, scope: 'orders:read' });
  await call('POST', '/session/device', { user_code: 'BCDF-GHJK' });
  await call('POST', '/session/device/asking', {});
  await call('POST', '/session/device/authorize', {});
  weather.trouble = {};
}

const refusal = (state: string, verifier: string) => ({
  state,
  code_verifier: verifier,
  error: 'access_denied',
  error_description: 'The user said no.',
});

type Session = Awaited<ReturnType<typeof createSessionClient>>;

async function callAboutDevices(
  issuer: string,
  { call }: Session,
  visitor: ReturnType<typeof createVisitor>,
): Promise<void> {
  const path = '/session/device';
  const ask = async () => {
    const { user_code } = await beginDevice(issuer, 'tv');
    return (await call('POST', path, { user_code })).body as { request: string };
  };
  await call('POST', path, { user_code: 'no code' });
  await call('POST', path, { user_code: 'BCDF-GHJK' });
  const denied = await ask();
  await call('POST', `${path}/decision`, { request: denied.request, decision: 'deny' });
  await call('POST', `${path}/decision`, { request: random(), decision: 'deny' });
  await call('POST', `${path}/asking`, {});
  const { latchkey_number: shown } = await beginDevice(issuer, 'cli', { login_hint: 'ada@example.com' });
  const asking = (await call('POST', `${path}/asking`, {})).body as { request: string; numbers: string[] };

  const begin = async (request: string, number?: string) => {
    const [state, verifier] = [random(), oauth.generateRandomCodeVerifier()];
    const code_challenge = await oauth.calculatePKCECodeChallenge(verifier);
    const { body } = await call('POST', `${path}/authorize`, {
      request,
      number,
      redirect_uri: redirectUri,
      code_challenge,
      state,
    });
    return { state, verifier, body };
  };
  await begin(denied.request);
  await begin(random());
  await begin(asking.request);
  await begin(
    asking.request,
    asking.numbers.find((number) => number !== shown),
  );
  const wrong = await begin((await ask()).request);
  const forged = { state: wrong.state, code_verifier: wrong.verifier, code: 'forged', iss: wrong.body.issuer };
  await call('POST', `${path}/allow`, forged);
  const { state, verifier, body } = await begin((await ask()).request);
  const { url } = await visitor.visit(body.authorization_url);
  const redirect = { code: url.searchParams.get('code'), iss: url.searchParams.get('iss') };
  await call('POST', `${path}/allow`, { state, code_verifier: verifier, ...redirect });
  await call('POST', `${path}/allow`, { state, code_verifier: verifier, ...redirect });
}

/** With a session: what is wrong with the request itself. */
async function failAsSession({ call }: Session): Promise<void> {
  const posts = ['/authorize', '', '/refusal', '/token', '/consents', '/activity/end'].map((path) => `/session${path}`);
  const devices = ['', '/asking', '/decision', '/authorize', '/allow'].map((path) => `/session/device${path}`);
  for (const path of [...posts, ...devices]) {
    await call('POST', path, {});
    await call('POST', path, undefined, { rawBody: '{' });
    await call('POST', path, undefined, { rawBody: 'a=b', headers: { 'Content-Type': 'text/plain' } });
  }
  await call('DELETE', '/session/consents', undefined, { rawBody: '{}', headers: { 'Content-Type': 'text/plain' } });
  await call('DELETE', '/session/consents', { unknown: true });
  await call('GET', '/session/activity?before=x');
  await call('GET', '/session/events', undefined, { headers: { 'Latchkey-Probe': 'forged' } });
  const account = { headers: { 'Latchkey-Account': 'somebody-else' } };
  for (const path of ['/session/token', '/session/consents', '/session/activity/end', ...devices])
    await call('POST', path, {}, account);
  for (const path of ['/session/events', '/session/activity']) await call('GET', path, undefined, account);
  for (const path of ['/session', '/session/consents']) await call('DELETE', path, undefined, account);
}

/** With a key, but without a session. Then without a proof at all. */
async function failAsStranger(issuer: string, idp: string): Promise<void> {
  const stranger = await createSessionClient(issuer);
  const begun = await stranger.authorize();
  const finish = { state: begun.state, code: 'forged', code_verifier: begun.verifier };
  await stranger.call('POST', '/session', { ...finish, iss: 'https://elsewhere.example.com' });
  await stranger.call('POST', '/session', finish);
  const again = await stranger.authorize();
  const forged = { state: again.state, code: 'forged', code_verifier: again.verifier, iss: idp };
  await stranger.call('POST', '/session', forged);
  const calls = [
    ...[
      '/token',
      '/consents',
      '/activity/end',
      '/device',
      '/device/asking',
      '/device/decision',
      '/device/authorize',
      '/device/allow',
    ].map((path) => ['POST', `/session${path}`]),
    ...['', '/events', '/activity'].map((path) => ['GET', `/session${path}`]),
    ...['', '/consents'].map((path) => ['DELETE', `/session${path}`]),
  ];
  for (const [method = '', path = ''] of calls) await stranger.call(method, path);
  const withoutSession = [
    ['GET', '/session/upstreams'],
    ['POST', '/session/authorize'],
    ['POST', '/session'],
    ['POST', '/session/refusal'],
  ];
  for (const [method = '', path = ''] of [...calls, ...withoutSession]) {
    await fetch(`${issuer}${path}`, { method });
    // Without a nonce.
    await (await createSessionClient(issuer)).call(method, path);
    await stranger.call(method, path, undefined, { proof: 'forged' });
  }
}
