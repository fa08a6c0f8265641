import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newSecret } from '../../broker/oauth/client-authentication/client-secret.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createSessionClient } from './kit/session-client.ts';

const { secret, hash } = newSecret();
let broker: TestBroker;

beforeAll(async () => {
  broker = await startBrokerAndIdp((file) => {
    const resources = file.resources as Record<string, Record<string, unknown>>;
    const [resource = ''] = Object.keys(resources);
    Object.assign(resources[resource] ?? {}, { lifetime: '5m', fresh: '10m' });
    file.trusted_proxies = ['127.0.0.0/8', '::1/128'];
    file.services = { api: { introspect: [resource], secret_hash: hash } };
  });
});
afterAll(() => broker?.close());

/** The broker's answers about the token: the status of `/verify` and `active` of `/introspect`. */
async function askAbout(token: string) {
  const { broker: issuer, api } = broker.origins;
  const verified = await fetch(`${issuer}/verify?resource=${api}&scope=orders:read`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  const introspected = await fetch(`${issuer}/introspect`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`api:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ token }),
  });
  return [verified.status, ((await introspected.json()) as { active: boolean }).active];
}

it('a sign-out ends a token where the broker is asked, and so does a newer sign-in', async () => {
  const { notes, api, broker: issuer, idp } = broker.origins;
  const session = await createSessionClient(issuer, undefined, idp);
  const newToken = async (): Promise<string> =>
    (await session.call('POST', '/session/token', { origin: notes, resource: api, scope: 'orders:read' })).body
      .access_token;
  await session.signIn();
  const first = await newToken();
  expect(await askAbout(first)).toEqual([200, true]);

  await session.signIn();
  const second = await newToken();
  expect(await askAbout(first)).toEqual([401, false]);
  expect(await askAbout(second)).toEqual([200, true]);

  expect((await session.call('DELETE', '/session')).status).toBe(200);
  expect(await askAbout(second)).toEqual([401, false]);
});

/** Sends the request like Envoy, with the client's raw path. `fetch` would normalize it. */
const mirrored = (path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { broker: issuer, api } = broker.origins;
    const headers = { 'X-Latchkey-Rules': `resource=${api}`, 'X-Forwarded-Proto': 'http' };
    const asked = request(issuer, { path: `/verify/mirror${path}`, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', reject).end();
  });

it('a mirrored path cannot come out at another endpoint, whose 200 would open the gateway', async () => {
  expect(await mirrored('/orders?next=/../../jwks')).toBe(401);
  for (const path of [
    '/../../jwks',
    '/orders/../../../jwks',
    '/orders/%2e%2E/.%2e/../jwks',
    '/..\\..\\jwks',
    '/./orders',
  ]) {
    expect([path, await mirrored(path)]).toEqual([path, 400]);
  }
});
