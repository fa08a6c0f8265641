import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import { budgets } from './budgets.ts';

let broker: InProcessBroker;
beforeAll(async () => {
  broker = await brokerInProcess(`rate_limit_factor: 0.01
resources: { "https://api.example.com": { name: API, scopes: { read: Read } } }`);
});
afterAll(() => broker.close());

it('a flood of forms writes no more rows than its address may, and leaves other addresses and the page alone', async () => {
  const form = (path: string, from: string) => broker.request(path, { method: 'POST', from });
  const most = budgets.pageForms.count / 100;
  for (let n = 0; n < most; n += 1) expect((await form('/device', '203.0.113.9')).status).toBe(400);
  for (const path of ['/device', '/device/decision', '/account', '/authorize/decision']) {
    const refused = await form(path, '203.0.113.9');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(await refused.text()).toContain('Try again in a minute');
  }
  expect((await form('/device', '203.0.113.10')).status).toBe(400);
  expect((await broker.request('/device', { from: '203.0.113.9' })).status).toBe(200);
});
