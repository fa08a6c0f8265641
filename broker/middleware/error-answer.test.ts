import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';

const api = 'https://api.example.com';
let broker: InProcessBroker;
beforeAll(async () => {
  broker = await brokerInProcess(`
resources: { ${api}: { name: API, scopes: { read: Read } } }
devices: { tv: { name: TV, allow: { ${api}: [read] } } }`);
});
afterAll(() => broker.close());

const post = (form: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body: new URLSearchParams(form),
  headers,
});
const extension = { 'Latchkey-Client': 'extension/1.0.0' };

it.each<[string, RequestInit, RegExp]>([
  ['/session', { headers: extension }, /^DPoP realm="latchkey"/],
  ['/session', { headers: { ...extension, DPoP: 'nonsense' } }, /^DPoP realm="latchkey"/],
  ['/token', post({ grant_type: 'refresh_token', client_id: 'nobody', refresh_token: 'x' }), /^Basic realm="latchkey"/],
  ['/token', post({ grant_type: 'client_credentials' }), /^Basic realm="latchkey"/],
  ['/token', post({ grant_type: 'client_credentials' }, { Authorization: 'Basic YTpi' }), /^Basic realm="latchkey"/],
  ['/introspect', post({ token: 'x' }), /^Basic realm="latchkey"/],
  ['/revoke', post({ client_id: 'nobody', token: 'x' }), /^Basic realm="latchkey"/],
  ['/device_authorization', post({ client_id: 'nobody' }), /^Basic realm="latchkey"/],
  ['/userinfo', {}, /^Bearer realm="latchkey", DPoP realm="latchkey"/],
  ['/userinfo', { headers: { Authorization: 'Bearer x' } }, /^Bearer realm="latchkey", error=/],
  [`/verify?resource=${api}`, {}, /^Bearer realm="latchkey"/],
  [`/verify?resource=${api}`, { headers: { Authorization: 'DPoP x' } }, /^DPoP realm="latchkey", error=/],
  ['/hooks/okta/global-token-revocation', { method: 'POST' }, /^Bearer realm="latchkey"/],
])('a 401 names what would be accepted, in a realm: %s', async (path, init, challenge) => {
  const answer = await broker.request(path, init);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(challenge);
});
