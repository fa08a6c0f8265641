import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoUsers } from '../../demo/users.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { allowDevice, pollDevice, postForm } from './kit/device-flow.ts';
import { allowedCode, nativeFlow } from './kit/native-flow.ts';
import { createPerson } from './kit/person.ts';

let broker: TestBroker;
let issuer: string;
let api: string;
const other = 'https://other.example.com';

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    const { resources, devices } = config as {
      resources: Record<string, object>;
      devices: Record<string, { allow: Record<string, string[]> }>;
    };
    resources[other] = { name: 'Other API', scopes: { 'other:read': 'See others' } };
    for (const client of Object.values(devices)) client.allow[other] = ['other:read'];
  });
  issuer = broker.origins.broker;
  api = broker.origins.api;
});
afterAll(() => broker?.close());

const refresh = (token: string, changes: Record<string, string> = {}) =>
  postForm(`${issuer}/token`, { grant_type: 'refresh_token', client_id: 'cli', refresh_token: token, ...changes });
const userInfo = () => `${issuer}/userinfo`;

describe('resource at the token endpoint (RFC 8707)', () => {
  it('is one that was granted, at the exchange of a code; a wrong one does not use the code up', async () => {
    const { code, redeem } = await allowedCode(broker, { resource: api });
    for (const resource of [other, 'https://nobody.example', `${api}/`, 'x']) {
      expect(await redeem(code, { resource })).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    }
    const tokens = await redeem(code, { resource: api });
    expect(tokens.status).toBe(200);
    expect(decodeJwt(tokens.body.access_token).aud).toEqual([api, userInfo()]);
  });

  it('is one that was granted, at a refresh; a wrong one does not use the refresh token up', async () => {
    const { code, redeem } = await allowedCode(broker);
    const first = (await redeem(code)).body.refresh_token;
    expect(await refresh(first, { resource: other })).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    const next = await refresh(first, { resource: api });
    expect(decodeJwt(next.body.access_token).aud).toEqual([api, userInfo()]);
    // If the rejected request had rotated the token, this would be a reuse.
    expect((await refresh(next.body.refresh_token)).status).toBe(200);
  });

  it('chooses UserInfo alone: such a token is worth nothing at the API', async () => {
    const { code, redeem } = await allowedCode(broker);
    const { body } = await redeem(code, { resource: userInfo() });
    expect(decodeJwt(body.access_token)).toMatchObject({ aud: userInfo(), scope: 'openid' });
    const me = await fetch(userInfo(), { headers: { Authorization: `Bearer ${body.access_token}` } });
    expect(me.status).toBe(200);
    const again = await refresh(body.refresh_token, { resource: api });
    expect(decodeJwt(again.body.access_token)).toMatchObject({ scope: 'openid orders:read' });
  });

  it('may be repeated with all that was granted', async () => {
    const { code, redeem } = await allowedCode(broker);
    const { body } = await redeem(code);
    const both = await postForm(`${issuer}/token`, [
      ['grant_type', 'refresh_token'],
      ['client_id', 'cli'],
      ['refresh_token', body.refresh_token],
      ['resource', api],
      ['resource', userInfo()],
    ]);
    expect(decodeJwt(both.body.access_token).aud).toEqual([api, userInfo()]);
  });

  it('without openid, is not UserInfo', async () => {
    const { code, redeem } = await allowedCode(broker, { scope: 'orders:read' });
    expect((await redeem(code, { resource: userInfo() })).body.error).toBe('invalid_target');
    expect(decodeJwt((await redeem(code)).body.access_token).aud).toBe(api);
  });

  it('counts for devices, too', async () => {
    const started = await postForm(`${issuer}/device_authorization`, { client_id: 'tv', resource: api });
    const [ada] = demoUsers;
    if (!ada) throw new Error('the demo has nobody');
    await allowDevice(broker.origins, started.body.user_code, ada);
    const poll = (resource: string) =>
      postForm(`${issuer}/token`, {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: 'tv',
        device_code: started.body.device_code,
        resource,
      });
    expect((await poll(other)).body.error).toBe('invalid_target');
    expect((await pollDevice(issuer, 'tv', started.body.device_code)).status).toBe(200);
  });
});

describe('resource of a request for a sign-in', () => {
  it('is one: two are refused with invalid_target, the same one twice is one', async () => {
    const twice = (second: string) =>
      postForm(`${issuer}/device_authorization`, [
        ['client_id', 'tv'],
        ['resource', api],
        ['resource', second],
      ]);
    expect(await twice(other)).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    expect((await twice(api)).status).toBe(200);
    const url = nativeFlow(issuer).request({ resource: api });
    url.searchParams.append('resource', other);
    const { url: answer } = await createPerson(broker.origins).visitor.visit(url);
    expect(answer.searchParams.get('error')).toBe('invalid_target');
  });
});
