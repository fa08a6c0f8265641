import { request } from 'node:http';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newSecret } from '../../broker/oauth/client-authentication/client-secret.ts';
import { createStore } from '../../broker/store/open.ts';
import { cookieName } from '../../shared/session-api.ts';
import { startBrokerAndIdp } from './kit/broker.ts';
import { createSessionClient } from './kit/session-client.ts';
import { createVisitor, fieldOf } from './kit/visitor.ts';

const { hash } = newSecret();
let admin: unknown;
let broker: Awaited<ReturnType<typeof startBrokerAndIdp>>;
beforeAll(async () => {
  broker = await startBrokerAndIdp((file) => {
    const [api = ''] = Object.keys(file.resources as Record<string, unknown>);
    admin = file.admin_listen;
    file.services = { reporter: { allow: { [api]: ['orders:read'] }, secret_hash: hash } };
  });
});
afterAll(() => broker.close());

type Line = Record<string, unknown>;
const linesOf = (event: string): Line[] =>
  broker.logged.map((line) => JSON.parse(line) as Line).filter((line) => line.event === event);
/** The log entry of a failure. It is written after the response is sent. */
const failureOf = (kind: string): Promise<Line> =>
  vi.waitFor(() => {
    const found = linesOf('authentication_failed').find((line) => line.kind === kind);
    if (!found) throw new Error(`nothing about ${kind}`);
    return found;
  });

async function auditOf(kind: string) {
  const store = await createStore(broker.storeUrl, { now: Date.now });
  try {
    const entries = await store.auditAfter(0, 1_000);
    return entries.filter(({ type, detail }) => type === 'authentication.failed' && detail.kind === kind);
  } finally {
    await store.close();
  }
}

async function countOf(kind: string): Promise<number> {
  const metrics = await (await fetch(`http://${admin}/metrics`)).text();
  return Number(new RegExp(`failed_authentications_total\\{kind="${kind}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
}

const askWith = (secret: string, client = 'reporter') =>
  fetch(`${broker.origins.broker}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${client}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });

async function signedIn() {
  const client = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
  const { account } = await client.signIn();
  return { client, sub: account.sub };
}

describe('failed authentications', () => {
  it('of a service are in log, audit log and metrics, one entry a minute', async () => {
    for (let attempt = 0; attempt < 5; attempt++) expect((await askWith('wrong')).status).toBe(401);
    expect(await failureOf('client_authentication')).toMatchObject({
      level: 'warn',
      client: 'reporter',
      address: '127.0.0.1',
      count: 1,
      request_id: expect.any(String),
    });
    await vi.waitFor(async () => expect(await countOf('client_authentication')).toBe(5));
    expect(linesOf('authentication_failed').filter(({ kind }) => kind === 'client_authentication')).toHaveLength(1);
    expect(await auditOf('client_authentication')).toMatchObject([{ detail: { client: 'reporter', count: 1 } }]);
  });

  it('of a name that nobody has leave no name behind', async () => {
    expect((await askWith('wrong', 'no-such-service')).status).toBe(401);
    await vi.waitFor(() => expect(linesOf('authentication_failed').at(-1)).not.toHaveProperty('client'));
  });

  it('of a stolen cookie name the person', async () => {
    const { client, sub } = await signedIn();
    const thief = await createSessionClient(broker.origins.broker);
    const [, value] = client.cookie.split('=');
    const cookie = `${cookieName(await calculateJwkThumbprint(thief.keys.publicJwk))}=${value}`;
    expect((await thief.call('GET', '/session', undefined, { cookie })).status).toBe(401);
    expect(await failureOf('session_key')).toMatchObject({ sub, address: '127.0.0.1' });
    expect(await auditOf('session_key')).toMatchObject([{ sub }]);
  });

  it('of a replayed proof name the person', async () => {
    const { client, sub } = await signedIn();
    const { createProof } = await import('../../shared/dpop.ts');
    const target = { method: 'GET', url: `${broker.origins.broker}/session`, nonce: client.nonce };
    const proof = await createProof(client.keys, target, Date.now());
    expect((await client.call('GET', '/session', undefined, { proof })).status).toBe(200);
    expect((await client.call('GET', '/session', undefined, { proof })).status).toBe(401);
    expect(await failureOf('replayed_proof')).toMatchObject({ sub });
  });

  it('of user codes name the person, and tell a guess from a locked budget', async () => {
    const visitor = createVisitor([broker.origins.broker, broker.origins.idp]);
    const guess = async () => {
      const form = await visitor.visit(`${broker.origins.broker}/device?user_code=ZZZZ-ZZZZ`);
      const next = await visitor.visit(form.url, { csrf: fieldOf(form.text, 'csrf'), user_code: 'ZZZZ-ZZZZ' });
      if (next.url.origin !== broker.origins.idp) return next.status;
      return (await visitor.visit(next.url, { username: 'grace', password: 'compiler-1952' })).status;
    };
    await guess();
    const { sub } = await failureOf('user_code');
    expect(sub).toEqual(expect.any(String));
    for (let status = 400; status !== 429; status = await guess()) expect(status).toBe(400);
    expect(await failureOf('user_code_locked')).toMatchObject({ sub });
  });
});

describe('the log', () => {
  it('has client, address, person and code of each request', async () => {
    const { client, sub } = await signedIn();
    await client.call('GET', '/session');
    await askWith('wrong');
    await vi.waitFor(() => {
      expect(
        linesOf('request')
          .filter(({ path }) => path === '/session')
          .at(-1),
      ).toMatchObject({
        client: 'extension/0.1.0',
        address: '127.0.0.1',
        sub,
        session: expect.stringMatching(/^[\w-]{8}$/),
      });
      expect(
        linesOf('request')
          .filter(({ path }) => path === '/token')
          .at(-1),
      ).toMatchObject({
        client: 'reporter',
        code: 'invalid_client',
      });
    });
  });

  it('says why a request was refused, as its client was told', async () => {
    const { client } = await signedIn();
    const { body } = await client.call('POST', '/session/token', {
      origin: 'https://nobody.example.com',
      resource: 'https://nothing.example.com',
      scopes: ['read'],
    });
    expect(body.error_description).toEqual(expect.any(String));
    await vi.waitFor(() =>
      expect(
        linesOf('request')
          .filter(({ path }) => path === '/session/token')
          .at(-1),
      ).toMatchObject({ code: body.error, description: body.error_description }),
    );
  });

  it('says why where the broker threw no error of its own, and never names the path of an API', async () => {
    const { client } = await signedIn();
    const tooLarge = await client.call('POST', '/session/token', undefined, { rawBody: 'x'.repeat(200_000) });
    const { createProof } = await import('../../shared/dpop.ts');
    const elsewhere = { method: 'GET', url: `${broker.origins.broker}/elsewhere`, nonce: client.nonce };
    const proof = await createProof(client.keys, elsewhere, Date.now());
    const wrong = await client.call('GET', '/session', undefined, { proof });
    expect([tooLarge.status, wrong.status]).toEqual([413, 401]);
    expect(wrong.body.error_description).toContain(`${broker.origins.broker}/session`);
    await vi.waitFor(() => {
      expect(linesOf('request')).toContainEqual(expect.objectContaining({ status: 413, code: 'payload_too_large' }));
      const [last] = linesOf('request').slice(-1);
      expect(last?.description).toContain(`${broker.origins.broker}/…`);
      expect(last?.description).not.toContain('/session');
    });
  });

  it('has no part of a body that cannot be read', async () => {
    const { client } = await signedIn();
    const answer = await client.call('POST', '/session/token', undefined, { rawBody: '{"secret":"hunter2' });
    expect(answer.body.error).toBe('invalid_request');
    expect(broker.logged.join('\n')).not.toContain('hunter2');
  });

  it('has no server error for a client that hangs up in the middle of a body', async () => {
    const { port } = new URL(broker.origins.broker);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '1000' };
    const outgoing = request({ host: '127.0.0.1', port, method: 'POST', path: '/token', headers });
    outgoing.on('error', () => {});
    const before = linesOf('request').length;
    outgoing.write('grant_type=', () => outgoing.destroy());
    await vi.waitFor(() => expect(linesOf('request').slice(before)).toMatchObject([{ path: '/token', status: 400 }]));
    expect(linesOf('server_error')).toEqual([]);
  });
});
