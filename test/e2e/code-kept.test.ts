import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { beginDevice, pollDevice, postForm, refreshDevice } from './kit/device-flow.ts';
import { passTime } from './kit/pass-time.ts';
import { createPerson } from './kit/person.ts';
import type { Answer } from './kit/session-client.ts';
import { fieldOf } from './kit/visitor.ts';

let broker: TestBroker;
let issuer: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    const resources = config.resources as Record<string, Record<string, unknown>>;
    // After half a minute, the provider's claims are too old for a token, so the broker must refresh them.
    for (const resource of Object.values(resources)) Object.assign(resource, { lifetime: '30s', fresh: '30s' });
  });
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

const person = () => createPerson(broker.origins);

const codeVerifier = randomBytes(32).toString('base64url');
const redirectUri = 'http://127.0.0.1:51004/callback';

/** An approved device code, and a function that polls with it. */
async function deviceCode(): Promise<() => Promise<Answer>> {
  const started = await beginDevice(issuer, 'cli');
  const somebody = person();
  await somebody.decide(await somebody.enter(started.user_code), 'allow');
  return () => pollDevice(issuer, 'cli', started.device_code);
}

/** An authorization code, and a function that redeems it. */
async function authorizationCode(): Promise<() => Promise<Answer>> {
  const url = new URL(`${issuer}/authorize`);
  url.search = new URLSearchParams({
    client_id: 'cli',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid orders:read',
    nonce: 'n0nce',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const somebody = person();
  const answer = await somebody.decideNative(await somebody.open(url), 'allow');
  const code = answer.url.searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', client_id: 'cli', redirect_uri: redirectUri };
  return () => postForm(`${issuer}/token`, { ...form, code_verifier: codeVerifier, code });
}

describe.each([
  ['a device code', deviceCode],
  ['an authorization code', authorizationCode],
])('%s', (_name, allowed) => {
  it('is not spent by an answer that could not be given, over a restart too, and then gives tokens once', async () => {
    const ask = await allowed();
    passTime(31_000);
    await broker.stopIdp();
    const [first] = await Promise.all([ask(), ask(), ask()]);
    expect(first).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(Number(first.headers.get('retry-after'))).toBeGreaterThan(0);
    await broker.restart();
    expect((await ask()).status).toBe(503);
    await broker.startIdp();
    // The broker backs off for a while after the provider failed.
    passTime(20_000);
    const { status, body } = await ask();
    expect({ status, error: body.error }).toEqual({ status: 200, error: undefined });
    expect((await refreshDevice(issuer, 'cli', body.refresh_token)).status).toBe(200);
    expect((await ask()).body.error).toBe('invalid_grant');
  });

  it('is spent once by 100 at the same time, also where the provider has to be asked first', async () => {
    const ask = await allowed();
    passTime(31_000);
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    const given = answers.filter(({ status }) => status === 200);
    expect(given).toHaveLength(1);
    for (const { status, body } of answers) if (status !== 200) expect(body.error).toBe('invalid_grant');
  });
});

it('a device that its owner ends before the answer reaches it gets none', async () => {
  const ask = await deviceCode();
  passTime(31_000);
  await broker.stopIdp();
  expect((await ask()).status).toBe(503);
  await broker.startIdp();
  passTime(20_000);
  const owner = person();
  const page = await owner.signIn(await owner.visitor.visit(`${issuer}/account`));
  // Newest first.
  const form = page.text.split('<form').find((part) => part.includes('value="end_device"')) ?? '';
  await owner.press(page, '/account', 'end_device', { id: fieldOf(form, 'id') });
  expect((await ask()).body.error).toBe('invalid_grant');
});
