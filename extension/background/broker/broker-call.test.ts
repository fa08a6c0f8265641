import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { decodeJwt } from 'jose';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { brokerUrl, refusal } from '../../../test/extension/fake-broker.ts';
import { memoryArea, memoryKeys } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { createBrokerCall } from './broker-call.ts';

/** A caller that records every request. It gets these answers in turn. */
function setUp(...answers: (Response | Error)[]) {
  const requests: { url: string; init: RequestInit; headers: Headers }[] = [];
  const keys = memoryKeys();
  const nonce = storedValue(memoryArea(), 'nonce', v.string());
  const call = createBrokerCall({
    broker: async () => brokerUrl,
    version: '1.2.3',
    language: 'de',
    key: () => keys.loadOrCreate(),
    account: async () => 'p1',
    nonce,
    fetch: async (url, init = {}) => {
      requests.push({ url: String(url), init, headers: new Headers(init.headers) });
      const answer = answers.shift();
      if (answer instanceof Response) return answer;
      throw answer ?? new Error('one request too many');
    },
    now: () => 1_700_000_000_000,
  });
  const proof = (index: number) => decodeJwt(requests[index]?.headers.get('DPoP') ?? '');
  return { call, requests, nonce, proof };
}

const failure = async (promise: Promise<unknown>): Promise<LatchkeyError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LatchkeyError) return error;
  throw new Error(`expected a LatchkeyError, got ${String(error)}`);
};

describe('a call of the broker', () => {
  it('says which account it is about, where it is about one', async () => {
    const { call, requests } = setUp(Response.json({}), Response.json({}));
    await call({ method: 'GET', path: '/session' });
    await call({ method: 'POST', path: '/session/token', body: {}, account: 'known' });
    expect(requests.map(({ headers }) => headers.get('Latchkey-Account'))).toEqual([null, 'p1']);
  });

  it('says in which language people read the names of sites and APIs', async () => {
    const { call, requests } = setUp(Response.json({}));
    await call({ method: 'GET', path: '/session' });
    expect(requests[0]?.headers.get('Accept-Language')).toBe('de');
  });

  it('names its trace, or draws one, and leaves to the broker what to record', async () => {
    const { call, requests } = setUp(Response.json({}), Response.json({}), Response.json({}));
    for (const trace of ['ab'.repeat(16), undefined, undefined]) await call({ method: 'GET', path: '/session', trace });
    const sent = requests.map(({ headers }) => headers.get('traceparent') ?? '');
    for (const header of sent) expect(header).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(sent[0]).toContain('ab'.repeat(16));
    expect(new Set(sent.map((header) => header.slice(3, 35))).size).toBe(3);
  });

  it.each([
    ['its request as the broker does', { 'X-Request-Id': 'of-the-broker' }, 'of-the-broker'],
    ['its trace where something else answered', {}, 'ab'.repeat(16)],
  ])('refused, names %s', async (_, headers, id) => {
    const { call } = setUp(refusal('access_denied', 403, {}, headers));
    const { message } = await failure(call({ method: 'GET', path: '/session', trace: 'ab'.repeat(16) }));
    expect(message).toBe(`because of access_denied (403, request ${id})`);
  });

  it('carries cookie, client header and a proof for exactly this method and URL', async () => {
    const { call, requests, proof } = setUp(Response.json({}));
    await call({ method: 'POST', path: '/session/token', body: { a: 1 } });
    const [request] = requests;
    expect(request?.url).toBe('https://latchkey.test/session/token');
    expect(request?.init).toMatchObject({
      credentials: 'include',
      redirect: 'error',
      cache: 'no-store',
      body: '{"a":1}',
    });
    expect(request?.headers.get('Latchkey-Client')).toBe('extension/1.2.3');
    expect(proof(0)).toMatchObject({ htm: 'POST', htu: 'https://latchkey.test/session/token', iat: 1_700_000_000 });
    expect(proof(0).nonce).toBeUndefined();
  });

  it('remembers the nonce of every answer and proves with it next time', async () => {
    const { call, proof } = setUp(Response.json({}, { headers: { 'DPoP-Nonce': 'n1' } }), Response.json({}));
    await call({ method: 'GET', path: '/session' });
    await call({ method: 'GET', path: '/session' });
    expect(proof(1).nonce).toBe('n1');
  });

  it('tries once more with the nonce that the broker wants, and never a third time', async () => {
    const wants = (nonce: string) => refusal('use_dpop_nonce', 401, {}, { 'DPoP-Nonce': nonce });
    const fine = setUp(wants('n1'), Response.json({ done: true }));
    expect((await fine.call({ method: 'GET', path: '/session' })).body).toEqual({ done: true });
    expect(fine.proof(1).nonce).toBe('n1');
    expect(fine.proof(1).jti).not.toBe(fine.proof(0).jti);

    const stubborn = setUp(wants('n1'), wants('n2'), Response.json({}));
    await failure(stubborn.call({ method: 'GET', path: '/session' }));
    expect(stubborn.requests).toHaveLength(2);
  });

  it.each([
    ['invalid_session', 401, { code: 'not_signed_in', interaction: 'sign_in' }],
    ['login_required', 401, { code: 'not_signed_in', interaction: 'sign_in' }],
    ['consent_required', 403, { code: 'access_not_granted', interaction: 'consent', delta: ['a', 'b'] }],
    ['insufficient_user_authentication', 401, { code: 'step_up_required', interaction: 'step_up' }],
    ['access_denied', 403, { code: 'policy_denied' }],
    ['invalid_scope', 400, { code: 'policy_denied' }],
    ['invalid_target', 400, { code: 'policy_denied' }],
    ['invalid_request', 400, { code: 'invalid_request' }],
    ['invalid_transaction', 400, { code: 'expired' }],
    ['server_error', 500, { code: 'busy', retryAfterMs: 5_000 }],
    ['some_new_error', 418, { code: 'busy' }],
  ])('reads %s as what a page can act on', async (error, status, expected) => {
    const { call } = setUp(refusal(error, status, { scope: 'a b' }));
    expect(await failure(call({ method: 'GET', path: '/session' }))).toMatchObject(expected);
  });

  it('passes Retry-After on, in seconds or as a date, and never for longer than an hour', async () => {
    const retryAfter = async (value: string) => {
      const { call } = setUp(refusal('too_many_requests', 429, {}, { 'Retry-After': value }));
      return (await failure(call({ method: 'GET', path: '/session' }))).retryAfterMs;
    };
    expect(await retryAfter('7')).toBe(7_000);
    expect(await retryAfter(new Date(1_700_000_009_000).toUTCString())).toBe(9_000);
    expect(await retryAfter('999999999')).toBe(3_600_000);
    expect(await retryAfter('soon')).toBe(5_000);
  });

  it('compares a date with that of the answer, because the clock here may be wrong', async () => {
    const date = (ms: number) => new Date(1_700_003_600_000 + ms).toUTCString();
    const { call } = setUp(refusal('too_many_requests', 429, {}, { 'Retry-After': date(9_000), Date: date(0) }));
    expect((await failure(call({ method: 'GET', path: '/session' }))).retryAfterMs).toBe(9_000);
  });

  it('is offline where nothing answers, and says nothing about why', async () => {
    const error = await failure(
      setUp(new TypeError('connect 10.1.2.3 refused')).call({ method: 'GET', path: '/session' }),
    );
    expect(error).toMatchObject({ code: 'offline' });
    expect(error.message).not.toContain('10.1.2.3');
  });

  it('survives an answer that is no JSON', async () => {
    const { call } = setUp(new Response('<h1>Bad gateway</h1>', { status: 502 }));
    expect(await failure(call({ method: 'GET', path: '/session' }))).toMatchObject({ code: 'busy' });
  });
});
