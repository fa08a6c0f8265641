import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { userNamed } from './browsers/tab.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createSessionClient } from './kit/session-client.ts';

/** The provider's answer to one user's refresh is wrong. It affects only that user, and signs nobody out. */

let broker: TestBroker;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
});
afterAll(() => broker?.close());
afterEach(() => {
  broker.weather.trouble = {};
});

const stale = 15_500;
const longestBackoff = 31_000;

/** Stops the clock. From now on, only `pass` advances it. */
function clock() {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
  return { pass: (ms: number) => vi.setSystemTime(Date.now() + ms) };
}

async function browser(username: string) {
  const session = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
  await session.signIn(username, userNamed(username).password);
  const { notes, api } = broker.origins;
  return () => session.call('POST', '/session/token', { origin: notes, resource: api, scope: 'orders:read' });
}

/** Changes claims of the ID token. Its signature isn't checked when it comes from the token endpoint. */
const withClaims = (claims: object) => (body: string) => {
  const answer = JSON.parse(body);
  const [header, , signature] = answer.id_token.split('.');
  const payload = Buffer.from(JSON.stringify({ ...decodeJwt(answer.id_token), ...claims })).toString('base64url');
  return JSON.stringify({ ...answer, id_token: [header, payload, signature].join('.') });
};

describe('a refresh whose answer is wrong for one person', () => {
  it.each<[string, (body: string) => string]>([
    ['iss', withClaims({ iss: 'https://somebody-else.example' })],
    ['aud', withClaims({ aud: 'another-client' })],
    ['sub', withClaims({ sub: 'grace' })],
    ['an ID token that is none', (body) => JSON.stringify({ ...JSON.parse(body), id_token: 'garbage' })],
  ])('closes the provider for nobody else, and heals: %s', async (_, garble) => {
    const [ada, grace] = [await browser('ada'), await browser('grace')];
    const { pass } = clock();
    pass(stale);
    broker.weather.trouble = { garble };
    const refused = await ada();
    expect(refused).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(refused.body.error_description).toContain('failed validation');
    broker.weather.trouble = {};
    expect((await grace()).status).toBe(200);
    expect((await ada()).status).toBe(503);

    pass(longestBackoff);
    const { status, body } = await ada();
    expect(status).toBe(200);
    expect(decodeJwt(body.access_token)).toMatchObject({ idp_sub: 'ada' });
  });
});
