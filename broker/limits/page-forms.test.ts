import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokerWithProvider, postForm, signedInPage, visitedPage } from '../../test/broker/honest.ts';
import type { InProcessBroker } from '../../test/broker/in-process.ts';
import { budgets } from './budgets.ts';

let broker: InProcessBroker;
beforeAll(async () => {
  broker = await brokerWithProvider('rate_limit_factor: 0.01');
});
afterAll(() => broker.close());

const most = budgets.pageForms.count / 100;

it('a flood of forms writes no more rows than its address may, and leaves other addresses, signed-in people and the page alone', async () => {
  const { csrf, cookie } = await visitedPage(broker);
  const person = await signedInPage(broker, 'ada');
  const form = (path: string, from: string, by = { csrf, cookie }) =>
    postForm(broker, path, { csrf: by.csrf, user_code: 'BCDF-GHJK' }, { cookie: by.cookie }, from);
  for (let n = 0; n < most; n += 1) expect((await form('/device', '203.0.113.9')).status).toBe(200);
  for (const path of ['/device', '/account', '/signout']) {
    const refused = await form(path, '203.0.113.9');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(refused.text).toContain('Try again in a minute');
  }
  expect((await form('/device', '203.0.113.10')).status).toBe(200);
  expect((await broker.request('/device', { from: '203.0.113.9' })).status).toBe(200);
  expect((await form('/device', '203.0.113.9', person)).status).toBe(200);
});

it('a flood of answers without a sign-in counts for its address before anything is looked up', async () => {
  const { csrf, cookie } = await visitedPage(broker);
  const answer = (path: string) =>
    postForm(broker, path, { csrf, ticket: 'of-somebody', action: 'allow' }, { cookie }, '203.0.113.77');
  for (let n = 0; n < most; n += 1) expect((await answer('/device/decision')).status).toBe(400);
  for (const path of ['/device/decision', '/authorize/decision']) expect((await answer(path)).status).toBe(429);
});

it('a person’s forms count for the person, wherever they come from', async () => {
  const [bob, eve] = [await signedInPage(broker, 'bob'), await signedInPage(broker, 'eve')];
  const form = ({ csrf, cookie }: typeof bob, from: string) =>
    postForm(broker, '/account', { csrf, action: 'end_browser', id: 'x' }, { cookie }, from);
  for (let n = 0; n < most; n += 1) expect((await form(bob, `203.0.113.${n}`)).status).toBe(303);
  expect((await form(bob, '203.0.113.99')).status).toBe(429);
  expect((await form(eve, '203.0.113.99')).status).toBe(303);
});
