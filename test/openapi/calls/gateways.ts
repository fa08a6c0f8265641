import { createHash } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { createProof } from '../../../shared/dpop.ts';
import type { TestBroker } from '../../e2e/kit/broker.ts';
import { createSessionClient } from '../../e2e/kit/session-client.ts';
import type { Exchange } from '../contract.ts';
import { rawRequest } from '../raw-request.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/** Everything that gateways ask, by every method, and each reason to refuse. */
export async function callAsGateway({ origins }: TestBroker, check: (exchange: Exchange) => void): Promise<void> {
  const { broker: issuer, idp, api, notes } = origins;
  const session = await createSessionClient(issuer, undefined, idp);
  await session.signIn();
  const newToken = async (jkt?: string): Promise<string> =>
    (await session.call('POST', '/session/token', { origin: notes, resource: api, scope: 'orders:read', jkt })).body
      .access_token;
  const token = await newToken();
  const bound = await newToken(await calculateJwkThumbprint(session.keys.publicJwk));
  const bearer = { Authorization: `Bearer ${token}` };
  const asked = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'api.example.com' };
  const ath = createHash('sha256').update(bound).digest('base64url');
  // By a clock that is an hour late: good with a nonce only.
  const proof = (method: string, nonce?: string) =>
    createProof(session.keys, { method, url: 'https://api.example.com/orders', ath, nonce }, Date.now() - 3_600_000);

  /** Each set of rules and headers, by one way of asking. */
  async function ask(send: (rules: URLSearchParams, headers: Record<string, string>) => Promise<Headers>) {
    const rules = new URLSearchParams({ resource: api });
    const and = (more: Record<string, string>) => new URLSearchParams({ resource: api, ...more });
    await send(rules, bearer);
    await send(and({ scope: 'orders:read', group: 'example:staff', max_age: '3600' }), bearer);
    await send(rules, {});
    await send(rules, { Origin: notes });
    await send(rules, { Authorization: 'Bearer forged' });
    await send(rules, { Authorization: 'Bearer a b' });
    await send(rules, { Authorization: `DPoP ${bound}` });
    await send(and({ scope: 'orders:write' }), bearer);
    await send(and({ group: 'example:nobody' }), bearer);
    await send(and({ acr: 'urn:example:mfa' }), bearer);
    await send(new URLSearchParams({ resource: 'https://nowhere.example.com' }), bearer);
    await send(new URLSearchParams(), bearer);
  }

  await ask(async (rules, headers) => (await fetch(`${issuer}/verify?${rules}`, { headers })).headers);
  const forwarded = { ...asked, 'X-Forwarded-Method': 'GET', 'X-Forwarded-Uri': '/orders' };
  const byProof = async (nonce?: string) =>
    fetch(`${issuer}/verify?${new URLSearchParams({ resource: api })}`, {
      headers: { ...forwarded, Authorization: `DPoP ${bound}`, DPoP: await proof('GET', nonce) },
    });
  await byProof((await byProof()).headers.get('dpop-nonce') ?? '');

  for (const method of methods) {
    const mirror = async (headers: Record<string, string>) => {
      const exchange = await rawRequest(issuer, method, '/verify/mirror/orders', { ...asked, ...headers });
      check(exchange);
      return exchange.headers;
    };
    await ask((rules, headers) => mirror({ 'X-Latchkey-Rules': String(rules), ...headers }));
    const dpop = async (nonce?: string) =>
      mirror({
        'X-Latchkey-Rules': `resource=${encodeURIComponent(api)}`,
        Authorization: `DPoP ${bound}`,
        DPoP: await proof(method, nonce),
      });
    await dpop((await dpop()).get('dpop-nonce') ?? '');
  }
}
