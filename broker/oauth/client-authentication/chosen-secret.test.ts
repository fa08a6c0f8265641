import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Asked,
  basic,
  brokerWithProvider,
  cheapHash,
  postForm,
  signedInPerson,
} from '../../../test/broker/honest.ts';
import type { InProcessBroker } from '../../../test/broker/in-process.ts';
import { budgets } from '../../limits/budgets.ts';
import { hashChosenSecret, newSecret } from './client-secret.ts';

const right = 'correct horse';
const slow = await hashChosenSecret(right);
const quick = cheapHash(right);
const random = newSecret();
const most = budgets.serviceAuthentication.count;

let broker: InProcessBroker;
beforeEach(async () => {
  broker = await brokerWithProvider(`
services:
  orders: { introspect: [https://api.example.com], secret_hash: "${slow}" }
  legacy: { introspect: [https://api.example.com], secret_hash: "${quick}" }
  mail: { introspect: [https://api.example.com], secret_hash: "${quick}" }
  batch: { introspect: [https://api.example.com], secret_hash: "${random.hash}" }`);
});
afterEach(() => broker.close());

const introspect = (id: string, secret: string, from?: string) =>
  postForm(broker, '/introspect', { token: 'x' }, basic(id, secret), from);
const wrong = () => randomBytes(8).toString('hex');
const parallel = (count: number, secret: () => string, id = 'orders') =>
  Promise.all(Array.from({ length: count }, () => introspect(id, secret())));
const having = (answers: readonly Asked[], wanted: number) => answers.filter(({ status }) => status === wanted).length;

describe('guesses of a chosen secret', () => {
  it('that come at once get no more comparisons than the budget has, and signed-in people do not wait for them', async () => {
    const person = await signedInPerson(broker);
    const answered: (number | 'token')[] = [];
    const guesses = Array.from({ length: 300 }, async () => {
      const answer = await introspect('orders', wrong());
      answered.push(answer.status);
      return answer;
    });
    expect((await person.token()).status).toBe(200);
    answered.push('token');
    const answers = await Promise.all(guesses);
    // A 401 is an answer to a comparison.
    expect(having(answers, 401)).toBeGreaterThan(0);
    expect(having(answers, 401)).toBeLessThanOrEqual(most);
    expect(having(answers, 401) + having(answers, 429) + having(answers, 503)).toBe(300);
    for (const { status, headers } of answers)
      if (status !== 401) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answered.slice(answered.indexOf('token'))).toContain(401);
  });

  it('that are all the same are one comparison, and count as many failures all the same', async () => {
    const answers = await parallel(100, () => 'the same', 'legacy');
    expect([having(answers, 401), having(answers, 429)]).toEqual([most, 100 - most]);
  });

  it('keep out that service at that address alone', async () => {
    for (let guess = 0; guess < most; guess += 1) expect((await introspect('legacy', wrong())).status).toBe(401);
    expect((await introspect('legacy', right)).status).toBe(429);
    expect((await introspect('mail', right)).status).toBe(200);
    expect((await introspect('batch', random.secret)).status).toBe(200);
    expect((await introspect('legacy', right, '203.0.113.77')).status).toBe(200);
    broker.clock.now += budgets.serviceAuthentication.windowMs;
    expect((await introspect('legacy', right)).status).toBe(200);
  });

  it('that found too many waiting were not made, and are not counted', async () => {
    const answers = await parallel(most - 1, wrong);
    expect(having(answers, 503)).toBeGreaterThan(0);
    expect((await introspect('orders', right)).status).toBe(200);
    const more = having(answers, 503) + 1;
    for (let guess = 0; guess < more; guess += 1) expect((await introspect('orders', wrong())).status).toBe(401);
    expect((await introspect('orders', wrong())).status).toBe(429);
  });
});

describe('a right chosen secret', () => {
  it('is accepted however many requests bring it at once, and leaves the budget whole', async () => {
    expect(having(await parallel(100, () => right, 'legacy'), 200)).toBe(100);
    expect(having(await parallel(100, () => right, 'legacy'), 200)).toBe(100);
    for (let guess = 0; guess < most; guess += 1) expect((await introspect('legacy', wrong())).status).toBe(401);
  });

  it('that is known needs no slow comparison, so a flood against another service does not hold it up', async () => {
    expect((await introspect('legacy', right)).status).toBe(200);
    const guesses = parallel(most, wrong);
    expect((await introspect('legacy', right)).status).toBe(200);
    expect(having(await guesses, 503)).toBeGreaterThan(0);
  });

  it('is right no longer once the configuration has another hash', async () => {
    expect((await introspect('legacy', right)).status).toBe(200);
    const services = new Map(broker.deps.config.services);
    const service = services.get('legacy');
    if (!service) throw new Error('no such service');
    const authentication = { method: 'client_secret' as const, hash: cheapHash('another') };
    broker.change({ services: services.set('legacy', { ...service, authentication }) });
    expect((await introspect('legacy', right)).status).toBe(401);
    expect((await introspect('legacy', 'another')).status).toBe(200);
  });
});

describe('a random secret', () => {
  it('is accepted whatever others have tried, and its guesses are told to wait', async () => {
    const guesses = await parallel(300, wrong, 'batch');
    expect([having(guesses, 401), having(guesses, 429)]).toEqual([most, 300 - most]);
    expect((await introspect('batch', random.secret)).status).toBe(200);
  });

  it('costs no write when it is right', async () => {
    const hit = vi.spyOn(broker.deps.store, 'hit');
    expect((await introspect('batch', random.secret)).status).toBe(200);
    expect(hit).not.toHaveBeenCalled();
  });
});
