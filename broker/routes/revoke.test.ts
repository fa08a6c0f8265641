import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import { insertedDeviceSession, insertedSession } from '../../test/conformance/store/harness.ts';
import { extensionClientId } from '../config/extension-client-id.ts';
import { newSecret } from '../oauth/client-authentication/client-secret.ts';
import { familyRowId, formatRefreshToken, newRefreshToken, refreshTokenHash } from '../oauth/refresh-token-format.ts';
import type { Person } from '../store/store.ts';
import { isLive } from '../tokens/token-not-ended.ts';

const api = 'https://api.example.com';
const { secret, hash } = newSecret();
let broker: InProcessBroker;
let person: Person;

beforeAll(async () => {
  broker = await brokerInProcess(`
resources:
  ${api}: { name: API, scopes: { read: Read }, lifetime: 5m }
devices:
  tv: { name: TV, allow: { ${api}: [read] } }
  cli: { name: CLI, allow: { ${api}: [read] } }
services:
  nightly: { allow: { ${api}: [read] }, secret_hash: "${hash}" }
  other: { allow: { ${api}: [read] }, secret_hash: "${hash}" }`);
  const { store, now } = broker.deps;
  const known = { issuer: 'https://acme.okta.com', idpSub: 'ada', upstream: 'okta', newSub: randomUUID() };
  person = await store.upsertPerson(known, now());
});
afterAll(() => broker.close());

const revoke = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
  const answer = await broker.request('/revoke', { method: 'POST', body: new URLSearchParams(form), headers });
  const text = await answer.text();
  return { status: answer.status, error: text === '' ? undefined : JSON.parse(text).error };
};
const basic = (id: string) => ({ Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
const token = (claims: Record<string, unknown>) =>
  broker.deps.minter.accessToken({
    sub: person.sub,
    aud: api,
    client_id: 'tv',
    scope: 'read',
    exp: Math.floor(broker.clock.now / 1_000) + 300,
    ...claims,
  });
const live = async (token: string) => isLive(broker.deps, await broker.deps.verifyToken(token));

const newBrowser = async () => (await insertedSession(broker.deps.store, person)).id;
async function newDevice() {
  const { store } = broker.deps;
  const refreshToken = newRefreshToken();
  const id = familyRowId(refreshToken);
  const previous = { ...newRefreshToken(), family: refreshToken.family };
  const currentHash = refreshTokenHash(refreshToken);
  await insertedDeviceSession(store, person, { id, currentHash, ringKid: undefined, sealedRefresh: undefined });
  return { id, refreshToken: formatRefreshToken(refreshToken), oldToken: formatRefreshToken(previous) };
}
const stateOf = async (id: string) =>
  ((await broker.deps.store.getSession(id)) ?? (await broker.deps.store.getDeviceSession(id)))?.state;

describe('POST /revoke ends', () => {
  it('the device of an access token, for its client', async () => {
    const [{ id }, other] = [await newDevice(), await newDevice()];
    const accessToken = await token({ sid: id });
    expect((await revoke({ client_id: 'tv', token: accessToken })).status).toBe(200);
    expect([await stateOf(id), await stateOf(other.id)]).toEqual(['ended', 'active']);
    expect(await live(accessToken)).toBe(false);
    expect((await revoke({ client_id: 'tv', token: accessToken, token_type_hint: 'access_token' })).status).toBe(200);
  });

  it('the browser session of a page’s token, for who names the extension, and tells its streams', async () => {
    const [id, other] = [await newBrowser(), await newBrowser()];
    const accessToken = await token({ sid: id, azp: 'https://shop.example.com', client_id: extensionClientId });
    expect((await revoke({ client_id: extensionClientId, token: accessToken })).status).toBe(200);
    expect([await stateOf(id), await stateOf(other)]).toEqual(['ended', 'active']);
    expect((await broker.deps.store.revocationsAfter(0, 10)).at(-1)?.event).toMatchObject({ sessions: [id] });
  });

  it('a service’s token itself, for the service alone', async () => {
    const claims = { sub: 'svc:nightly', client_id: 'nightly' };
    const [accessToken, other] = [await token(claims), await token(claims)];
    expect(await revoke({ token: accessToken }, basic('other'))).toEqual({ status: 400, error: 'invalid_grant' });
    expect(await live(accessToken)).toBe(true);
    expect((await revoke({ token: accessToken }, basic('nightly'))).status).toBe(200);
    expect([await live(accessToken), await live(other)]).toEqual([false, true]);
  });

  it('a service’s token once: revoking it again writes no second audit entry', async () => {
    const written = async () =>
      (await broker.deps.store.auditAfter(0, 1_000)).filter(({ type }) => type === 'service_token.revoked').length;
    const accessToken = await token({ sub: 'svc:nightly', client_id: 'nightly' });
    const before = await written();
    for (const _ of [1, 2, 3]) {
      expect((await revoke({ token: accessToken }, basic('nightly'))).status).toBe(200);
      broker.clock.now += 1_000;
    }
    expect((await written()) - before).toBe(1);
  });

  it('the family of a refresh token, be it the current one or an old one', async () => {
    for (const which of ['refreshToken', 'oldToken'] as const) {
      const device = await newDevice();
      expect((await revoke({ client_id: 'tv', token: device[which] })).status).toBe(200);
      expect(await stateOf(device.id)).toBe('ended');
    }
  });
});

describe('POST /revoke refuses', () => {
  it('tokens of another client, and says so (RFC 7009 §2.1)', async () => {
    const [device, browser] = [await newDevice(), await newBrowser()];
    const ofPage = { sid: browser, azp: 'https://shop.example.com', client_id: extensionClientId };
    for (const [client_id, token_] of [
      ['cli', device.refreshToken],
      ['cli', await token({ sid: device.id })],
      [extensionClientId, await token({ sid: device.id })],
      ['tv', await token(ofPage)],
    ] as const) {
      expect(await revoke({ client_id, token: token_ })).toEqual({ status: 400, error: 'invalid_grant' });
    }
    expect(await revoke({ token: await token(ofPage) }, basic('nightly'))).toMatchObject({ error: 'invalid_grant' });
    expect([await stateOf(device.id), await stateOf(browser)]).toEqual(['active', 'active']);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['an unknown client', { client_id: 'nobody' }, {}],
    ['a service without its secret', { client_id: 'nightly' }, {}],
    ['a service with a wrong one', { client_id: 'nightly', client_secret: 'wrong' }, {}],
    ['a public client with a secret', { client_id: 'tv', client_secret: secret }, {}],
    ['the extension with a secret', { client_id: extensionClientId, client_secret: secret }, {}],
  ])('%s', async (_who, form, headers) => {
    const { id } = await newDevice();
    const answer = await revoke({ ...form, token: await token({ sid: id }) }, headers);
    expect(answer).toEqual({ status: 401, error: 'invalid_client' });
    expect(await stateOf(id)).toBe('active');
  });
});

describe('POST /revoke answers 200, and does nothing, for', () => {
  it('tokens that are none, forged, expired or not access tokens', async () => {
    const { id } = await newDevice();
    const good = await token({ sid: id });
    const { minter } = broker.deps;
    const exp = Math.floor(broker.clock.now / 1_000) + 300;
    const expiring = await token({ sid: id, exp: Math.floor(broker.clock.now / 1_000) + 5 });
    const idToken = await minter.idToken({ sub: person.sub, aud: 'tv', exp, sid: id });
    broker.clock.now += 60_000;
    for (const token_ of [
      'unknown',
      'a.b.c',
      `${good.slice(0, -4)}AAAA`,
      expiring,
      idToken,
      `${newRefreshToken().family}.x`,
    ]) {
      expect((await revoke({ client_id: 'tv', token: token_ })).status).toBe(200);
    }
    expect(await stateOf(id)).toBe('active');
    expect((await revoke({ client_id: 'tv' })).error).toBe('invalid_request');
  });
});
