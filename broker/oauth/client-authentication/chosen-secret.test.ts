import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Asked,
  basic,
  brokerWithProvider,
  chosenHash,
  postForm,
  signedInPerson,
} from '../../../test/broker/honest.ts';
import type { InProcessBroker } from '../../../test/broker/in-process.ts';
import { unavailable } from '../../errors.ts';
import { budgets } from '../../limits/budgets.ts';
import { createChosenSecretCheck } from './chosen-secret.ts';
import { newSecret } from './client-secret.ts';

const right = 'correct horse';
const random = newSecret();
const most = budgets.serviceAuthentication.count;

let broker: InProcessBroker;
beforeEach(async () => {
  broker = await brokerWithProvider(`
services:
  orders: { introspect: [https://api.example.com], secret_hash: "${chosenHash(right, 8)}" }
  legacy: { introspect: [https://api.example.com], secret_hash: "${chosenHash(right)}" }
  mail: { introspect: [https://api.example.com], secret_hash: "${chosenHash(right)}" }
  batch: { introspect: [https://api.example.com], secret_hash: "${random.hash}" }`);
});
afterEach(() => broker.close());

const wrong = () => randomBytes(8).toString('hex');
const times = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work));

describe('over HTTP', () => {
  const introspect = (id: string, secret: string, from?: string) =>
    postForm(broker, '/introspect', { token: 'x' }, basic(id, secret), from);
  const having = (answers: readonly Asked[], wanted: number) =>
    answers.filter(({ status }) => status === wanted).length;

  it('guesses at once get no more comparisons than the budget has, and signed-in people do not wait for them', async () => {
    const person = await signedInPerson(broker);
    const answered: (number | 'token')[] = [];
    const guesses = times(300, async () => {
      const answer = await introspect('orders', wrong());
      answered.push(answer.status);
      return answer;
    });
    expect((await person.token()).status).toBe(200);
    answered.push('token');
    const answers = await guesses;
    // A 401 means that the secret was compared.
    expect(having(answers, 401)).toBeGreaterThan(0);
    expect(having(answers, 401)).toBeLessThanOrEqual(most);
    expect(having(answers, 401) + having(answers, 429) + having(answers, 503)).toBe(300);
    for (const { status, headers } of answers)
      if (status !== 401) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answered.slice(answered.indexOf('token'))).toContain(401);
  });

  it('guesses keep out that service at that address alone', async () => {
    for (let guess = 0; guess < most; guess += 1) expect((await introspect('legacy', wrong())).status).toBe(401);
    expect((await introspect('legacy', right)).status).toBe(429);
    expect((await introspect('mail', right)).status).toBe(200);
    expect((await introspect('batch', random.secret)).status).toBe(200);
    expect((await introspect('legacy', right, '203.0.113.77')).status).toBe(200);
    broker.clock.now += budgets.serviceAuthentication.windowMs;
    expect((await introspect('legacy', right)).status).toBe(200);
  });

  it('another hash in the configuration counts at once', async () => {
    expect((await introspect('legacy', right)).status).toBe(200);
    const services = new Map(broker.deps.config.services);
    const legacy = services.get('legacy');
    if (!legacy) throw new Error('no such service');
    const authentication = { method: 'client_secret' as const, hash: chosenHash('another') };
    broker.change({ services: services.set('legacy', { ...legacy, authentication }) });
    expect((await introspect('legacy', right)).status).toBe(401);
    expect((await introspect('legacy', 'another')).status).toBe(200);
  });

  it('a random secret is accepted whatever others have tried, and its guesses are told to wait', async () => {
    const guesses = await times(300, () => introspect('batch', wrong()));
    expect([having(guesses, 401), having(guesses, 429)]).toEqual([most, 300 - most]);
    expect((await introspect('batch', random.secret)).status).toBe(200);
  });
});

describe('the check', () => {
  const outcomeOf = (check: ReturnType<typeof checkWith>['check'], secret: string, clientId = 'orders') =>
    check({ clientId, hash: 'h', secret, network: 'n' }).catch(({ code }) => String(code));
  const checkWith = (compare = async (secret: string) => secret === right) => {
    const secretMatches = vi.fn(compare);
    return { check: createChosenSecretCheck({ count: broker.deps.count, secretMatches }), secretMatches };
  };

  it('makes no more comparisons than the budget has', async () => {
    const { check, secretMatches } = checkWith();
    const outcomes = await times(300, () => outcomeOf(check, wrong()));
    expect(secretMatches).toHaveBeenCalledTimes(most);
    expect(outcomes.filter((outcome) => outcome === false)).toHaveLength(most);
    expect(outcomes.filter((outcome) => outcome === 'too_many_requests')).toHaveLength(300 - most);
  });

  it('compares the same secret once, and counts each of its failures', async () => {
    const { check, secretMatches } = checkWith();
    const outcomes = await times(300, () => outcomeOf(check, 'the same'));
    expect(secretMatches).toHaveBeenCalledTimes(1);
    expect(outcomes.filter((outcome) => outcome === false)).toHaveLength(most);
    expect(outcomes.filter((outcome) => outcome === 'too_many_requests')).toHaveLength(300 - most);
  });

  it('accepts a right secret however many requests bring it at once, and leaves the budget whole', async () => {
    const { check, secretMatches } = checkWith();
    expect(new Set(await times(100, () => outcomeOf(check, right)))).toEqual(new Set([true]));
    expect(new Set(await times(100, () => outcomeOf(check, right)))).toEqual(new Set([true]));
    expect(secretMatches).toHaveBeenCalledTimes(1);
    const guesses = await times(most, () => outcomeOf(check, wrong()));
    expect(new Set(guesses)).toEqual(new Set([false]));
  });

  it('does not count what could not be compared', async () => {
    let isBusy = true;
    const { check } = checkWith(async (secret) => {
      if (isBusy) throw unavailable('busy', 1_000);
      return secret === right;
    });
    for (let n = 0; n < 2 * most; n += 1) expect(await outcomeOf(check, wrong())).toBe('temporarily_unavailable');
    isBusy = false;
    for (let n = 0; n < most; n += 1) expect(await outcomeOf(check, wrong())).toBe(false);
    expect(await outcomeOf(check, wrong())).toBe('too_many_requests');
  });

  it('holds up no service whose secret is known while others are compared', async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const { check } = checkWith(async (secret) => secret === right || promise);
    expect(await outcomeOf(check, right, 'legacy')).toBe(true);
    const guess = outcomeOf(check, wrong());
    expect(await outcomeOf(check, right, 'legacy')).toBe(true);
    resolve(false);
    expect(await guess).toBe(false);
  });
});
