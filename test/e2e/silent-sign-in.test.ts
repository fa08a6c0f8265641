import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createSessionClient } from './kit/session-client.ts';
import { createVisitor } from './kit/visitor.ts';

type Client = Awaited<ReturnType<typeof createSessionClient>>;

let broker: TestBroker;
beforeAll(async () => {
  // Each token requires a refresh, so the next token request shows that the grant is gone.
  broker = await startBrokerAndIdp((config) => {
    const resources = config.resources as Record<string, { lifetime: string; fresh: string }>;
    for (const resource of Object.values(resources)) resource.fresh = resource.lifetime;
  });
});
afterAll(() => broker?.close());

const client = () => createSessionClient(broker.origins.broker, undefined, broker.origins.idp);

async function endGrants(): Promise<void> {
  const tokens = broker.idp.store.adapter('RefreshToken');
  for (const id of broker.idp.store.identifiers('RefreshToken')) await tokens.destroy(id);
}

const tokenOf = (session: Client) =>
  session.call('POST', '/session/token', {
    origin: broker.origins.notes,
    resource: broker.origins.api,
    scope: 'orders:read',
    min_ttl: 10,
  });

describe('a silent sign-in', () => {
  it('goes on with a session whose grant is gone: same account, same consents, same end', async () => {
    const session = await client();
    const before = await session.signIn();
    await session.call('POST', '/session/consents', {
      origin: broker.origins.shop,
      resource: broker.origins.api,
      scope: 'orders:read',
    });
    await endGrants();
    expect(await tokenOf(session)).toMatchObject({ status: 401, body: { error: 'login_required' } });
    const after = await session.signInSilently(before.account.sub);
    expect(after).toMatchObject({
      status: 201,
      body: {
        account: before.account,
        session: { state: 'active', expires_at: before.session.expires_at },
        consents: [{ origin: broker.origins.shop, scope: 'orders:read' }],
      },
    });
    expect((await tokenOf(session)).status).toBe(200);
  });

  it('signs nobody else in, and leaves what there is as it is', async () => {
    const visitor = createVisitor([broker.origins.idp]);
    const session = await createSessionClient(broker.origins.broker, visitor);
    const { account } = await session.signIn();
    const { cookie } = session;
    visitor.cookies(new URL(broker.origins.idp).host).clear();
    const other = await session.authorize();
    await session.atProvider(other.answer.body.authorization_url, 'grace', 'compiler-1952');
    expect(await session.signInSilently(account.sub)).toMatchObject({
      status: 403,
      body: { error: 'account_selection_required' },
    });
    expect(session.cookie).toBe(cookie);
    expect((await session.call('GET', '/session')).body).toMatchObject({ account, session: { state: 'active' } });
  });

  it('is login_required where the provider has no session either', async () => {
    const session = await client();
    const { account } = await session.signIn();
    await broker.idp.endSessionsOf('ada');
    expect(await session.signInSilently(account.sub)).toEqual({ body: { error: 'login_required' } });
  });

  it('is for an account that was signed in, which is named', async () => {
    const { answer } = await (await client()).authorize({ prompt: 'none' });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(await (await signedInBefore()).signInSilently('x'.repeat(22))).toMatchObject({
      status: 403,
      body: { error: 'account_selection_required' },
    });
  });
});

async function signedInBefore(): Promise<Client> {
  const session = await client();
  await session.signIn();
  return session;
}
