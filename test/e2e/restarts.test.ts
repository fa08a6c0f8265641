import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userNamed } from './browsers/tab.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { beginDevice, pollDevice, postForm, refreshDevice } from './kit/device-flow.ts';
import { createPerson } from './kit/person.ts';

/** A broker that restarts before every request, so no two steps reach the same process. */

const grace = userNamed('grace');
const graceHopper = [grace.username, grace.password] as const;

let broker: TestBroker;
let issuer: string;
let restarts = 0;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

async function restart(): Promise<void> {
  restarts += 1;
  await broker.restart();
}

/** A user at a browser. Each redirect between the broker and the provider counts as a step, too. */
const newPerson = (who?: readonly [username: string, password: string]) =>
  createPerson(broker.origins, who, {}, async ({ origin }) => {
    if (origin === issuer) await restart();
  });

async function restarted<T>(step: () => Promise<T>): Promise<T> {
  await restart();
  return step();
}

describe('a restart before every step', () => {
  it('of a device and of the page: code, sign-in, comparison, decision, tokens, refresh', async () => {
    const person = newPerson();
    const started = await restarted(() => beginDevice(issuer, 'tv'));
    const poll = () => restarted(() => pollDevice(issuer, 'tv', started.device_code));
    expect((await poll()).body.error).toBe('authorization_pending');
    restarts = 0;
    const confirmation = await person.enter(started.user_code);
    expect(confirmation.text).toContain(started.user_code);
    // The form, the code, the provider's redirect, and the next page.
    expect(restarts).toBe(4);
    restarts = 0;
    expect((await person.decide(confirmation, 'allow')).text).toContain('You’re signed in');
    // The decision, the provider's redirect, and the next page.
    expect(restarts).toBe(3);
    const { body: tokens } = await poll();
    expect((await poll()).body.error).toBe('invalid_grant');
    const next = await restarted(() => refreshDevice(issuer, 'tv', tokens.refresh_token));
    expect((await restarted(() => refreshDevice(issuer, 'tv', next.body.refresh_token))).status).toBe(200);
  });

  it('of a device that is denied', async () => {
    const person = newPerson();
    const started = await restarted(() => beginDevice(issuer, 'tv'));
    await person.decide(await person.enter(started.user_code), 'deny');
    const { body } = await restarted(() => pollDevice(issuer, 'tv', started.device_code));
    expect(body.error).toBe('access_denied');
  });

  it('of signing out everywhere, with its fresh sign-in', async () => {
    const person = newPerson();
    await person.enter((await beginDevice(issuer, 'tv')).user_code);
    const account = await person.visitor.visit(`${issuer}/account`);
    expect(account.text).toContain('Browsers, devices and sites');
    const done = await person.signIn(await person.press(account, '/account', 'end_all'));
    expect(done.text).toContain('You’re signed out everywhere');
  });

  it('of a program beside a browser: request, sign-in, confirmation, decision, code, refresh', async () => {
    const verifier = randomBytes(32).toString('base64url');
    const redirectUri = 'http://127.0.0.1:51004/callback';
    const url = new URL(`${issuer}/authorize`);
    url.search = new URLSearchParams({
      client_id: 'cli',
      redirect_uri: redirectUri,
      response_type: 'code',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    // Use another user. Signing out everywhere also ends sign-ins in the same second.
    const person = newPerson(graceHopper);
    restarts = 0;
    const confirmation = await person.open(url);
    const { url: answer } = await person.decideNative(confirmation, 'allow');
    // The request, the provider's redirect and the confirmation page, then the decision and the provider's redirect.
    expect(restarts).toBe(5);
    const form = {
      grant_type: 'authorization_code',
      client_id: 'cli',
      redirect_uri: redirectUri,
      code_verifier: verifier,
      code: answer.searchParams.get('code') ?? '',
    };
    const { body: tokens } = await restarted(() => postForm(`${issuer}/token`, form));
    expect((await restarted(() => refreshDevice(issuer, 'cli', tokens.refresh_token))).status).toBe(200);
  });
});
