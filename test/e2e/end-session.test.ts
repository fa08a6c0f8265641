import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { refreshDevice } from './kit/device-flow.ts';
import { allowedCode, nativeFlow } from './kit/native-flow.ts';
import { createPerson } from './kit/person.ts';

let broker: TestBroker;
let issuer: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

async function signedIn() {
  const { code, redeem } = await allowedCode(broker);
  return (await redeem(code)).body as { id_token: string; access_token: string; refresh_token: string };
}
const isAlive = async ({ refresh_token }: { refresh_token: string }) =>
  (await refreshDevice(issuer, 'cli', refresh_token)).status === 200;
const logout = (parameters: Record<string, string>) =>
  fetch(`${issuer}/logout?${new URLSearchParams(parameters)}`, { redirect: 'manual' });
const redirectUri = 'http://127.0.0.1:51009/callback';

describe('the end session endpoint (OpenID Connect RP-Initiated Logout)', () => {
  it('ends what the ID token came from, nothing else, and leads back to the client', async () => {
    const [tokens, others] = [await signedIn(), await signedIn()];
    const config = await openid.discovery(new URL(issuer), 'cli', undefined, openid.None(), {
      execute: [openid.allowInsecureRequests],
    });
    const url = openid.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: redirectUri,
      state: 'a b',
    });
    const answer = await fetch(url, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${redirectUri}?state=a+b`]);
    expect(await isAlive(tokens)).toBe(false);
    expect(await isAlive(others)).toBe(true);
  });

  it('takes a form, and says so on a page if there is nowhere to go', async () => {
    const tokens = await signedIn();
    const answer = await fetch(`${issuer}/logout`, {
      method: 'POST',
      body: new URLSearchParams({ id_token_hint: tokens.id_token }),
    });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('You’re signed out')]);
    expect(await isAlive(tokens)).toBe(false);
    expect((await logout({ id_token_hint: tokens.id_token })).status).toBe(200);
  });

  it('signs the browser out of the pages if it is the same person', async () => {
    const flow = nativeFlow(issuer);
    const person = createPerson(broker.origins);
    const { url } = await person.decideNative(await person.open(flow.request()), 'allow');
    const { body } = await flow.redeem(url.searchParams.get('code') ?? '');
    const other = createPerson(broker.origins, ['grace', 'compiler-1952']);
    await other.signIn(await other.visitor.visit(`${issuer}/account`));
    for (const { visitor } of [other, person]) {
      await visitor.visit(`${issuer}/logout?id_token_hint=${body.id_token}`);
    }
    expect((await other.visitor.visit(`${issuer}/account`)).url.href).toBe(`${issuer}/account`);
    expect((await person.visitor.visit(`${issuer}/account`)).url.origin).toBe(broker.origins.idp);
  });

  it('waits for the person: a page that is loaded ahead ends nothing', async () => {
    const tokens = await signedIn();
    const url = `${issuer}/logout?id_token_hint=${tokens.id_token}`;
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(204);
    expect((await fetch(url, { headers: { 'Sec-Purpose': 'prefetch' } })).status).toBe(503);
    expect(await isAlive(tokens)).toBe(true);
  });

  it('does nothing without an ID token of its own, and leads nobody elsewhere', async () => {
    const tokens = await signedIn();
    const wrong: Record<string, string>[] = [
      {},
      { client_id: 'cli' },
      { id_token_hint: 'x' },
      { id_token_hint: tokens.access_token },
      { id_token_hint: `${tokens.id_token.slice(0, -8)}AAAAAAAA` },
      { id_token_hint: tokens.id_token, client_id: 'tv' },
      { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'https://evil.example/callback' },
      { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://127.0.0.1:1/other' },
    ];
    for (const parameters of wrong) {
      const answer = await logout(parameters);
      expect([answer.status, answer.headers.get('location')], JSON.stringify(parameters)).toEqual([400, null]);
    }
    expect(await isAlive(tokens)).toBe(true);
  });
});
