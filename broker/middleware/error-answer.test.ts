import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';

let broker: InProcessBroker;
beforeAll(async () => {
  broker = await brokerInProcess('resources: { "https://api.example.com": { name: API, scopes: { read: Read } } }');
});
afterAll(() => broker.close());

it.each([
  ['/device', 'POST', 'href="/device"'],
  ['/account', 'POST', 'href="/account"'],
  ['/callback', 'GET', 'href="/device"'],
  ['/authorize', 'GET', undefined],
])('a fault of %s (%s) is a page with the way on: %s', async (path, method, next) => {
  const answer = await broker.request(path, { method });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.headers.get('content-type')).toContain('text/html');
  const text = await answer.text();
  if (next === undefined) expect(text).not.toContain('class="button"');
  else expect(text).toContain(`class="button" ${next}`);
});

it.each(['/token', '/device_authorization', '/revoke', '/userinfo', '/nowhere'])(
  'a fault of %s is JSON',
  async (path) => {
    const headers = { accept: 'text/html' };
    const answer = await broker.request(path, { method: 'POST', headers });
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(await answer.json()).toEqual({ error: expect.any(String), error_description: expect.any(String) });
  },
);
