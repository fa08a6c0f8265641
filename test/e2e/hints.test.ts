import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { beginDevice, pollDevice } from './kit/device-flow.ts';
import { createPerson } from './kit/person.ts';
import { createSessionClient } from './kit/session-client.ts';

const secret = 'an-okta-secret-of-this-test-only';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startBrokerAndIdp(
    (config) => {
      const { example } = config.upstreams as { example: Record<string, unknown> };
      example.hooks = { okta_events_secret_file: './okta-secret' };
    },
    { 'okta-secret': secret },
  );
});
afterAll(() => broker.close());

const client = () => createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
const signedIn = async (username = 'ada', password = 'engine-1843') => {
  const session = await client();
  await session.signIn(username, password);
  return session;
};
const statesOf = async (username: string) => {
  const query = `select state from sessions join people on people.sub = sessions.sub
    where idp_sub = ? order by sessions.created_at desc`;
  return (await broker.rows(query, username)).map(({ state }) => state);
};
const send = (...events: unknown[]) =>
  fetch(`${broker.origins.broker}/hooks/example/okta-events`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: secret },
    body: JSON.stringify({ eventId: randomUUID(), data: { events } }),
  });
const event = (eventType: string, id: string) => ({ eventType, target: [{ type: 'User', id, alternateId: null }] });

describe('a hint', () => {
  it.each([
    'user.lifecycle.delete.completed',
    'user.session.clear',
    'user.account.lock',
    'user.mfa.factor.reset_all',
    'group.user_membership.remove',
    'application.user_membership.remove',
    'application.user_membership.deprovision',
  ])('of type %s makes the provider be asked', async (type) => {
    await signedIn('grace', 'compiler-1952');
    expect((await send(event(type, 'grace'))).status).toBe(204);
    expect((await statesOf('grace'))[0]).toBe('recheck');
  });

  it.each([
    ['its actor, where it names no user', 'grace', undefined],
    ['its actor, where its targets are no users', 'grace', [{ type: 'AppInstance', id: 'ada' }]],
    ['nobody but its target, where that is a user', 'ada', [{ type: 'User', id: 'grace' }]],
  ])('means %s', async (_whom, actor, target) => {
    await signedIn('grace', 'compiler-1952');
    const session = await signedIn();
    const ended = { eventType: 'user.session.end', actor: { type: 'User', id: actor }, target };
    expect((await send(ended)).status).toBe(204);
    expect((await statesOf('grace'))[0]).toBe('recheck');
    expect((await statesOf('ada'))[0]).toBe('active');
    await session.call('DELETE', '/session');
  });

  it('is taken though another event of the same call is unusable', async () => {
    await signedIn('grace', 'compiler-1952');
    const odd = { eventType: 'user.lifecycle.suspend', target: [{ type: 7, id: 'x'.repeat(600), alternateId: {} }] };
    expect((await send(odd, event('user.lifecycle.suspend', 'grace'))).status).toBe(204);
    expect((await statesOf('grace'))[0]).toBe('recheck');
  });

  describe('is met', () => {
    const hint = (username: string) => send(event('application.user_membership.remove', username));
    const endGrantsAtProvider = async () => {
      const { adapter, identifiers } = broker.idp.store;
      for (const token of identifiers('RefreshToken')) await adapter('RefreshToken').destroy(token);
    };

    it('by a device between “Allow” and its poll: the provider is asked before it gets tokens', async () => {
      const person = createPerson(broker.origins);
      const allowed = async () => {
        const begun = await beginDevice(broker.origins.broker, 'tv');
        await person.decide(await person.enter(begun.user_code), 'allow');
        return begun.device_code;
      };
      const [one, other] = [await allowed(), await allowed()];
      await hint('ada');
      const rotations = broker.idp.counts.rotations;
      expect((await pollDevice(broker.origins.broker, 'tv', one)).status).toBe(200);
      expect(broker.idp.counts.rotations).toBe(rotations + 1);
      await endGrantsAtProvider();
      expect((await pollDevice(broker.origins.broker, 'tv', other)).body.error).toBe('invalid_grant');
    });

    it('by a first sign-in under way', async () => {
      const session = await client();
      const { answer, state, verifier } = await session.authorize();
      const redirect = await session.atProvider(answer.body.authorization_url, 'grace', 'compiler-1952');
      const held = broker.holdNextToken();
      const creating = session.call('POST', '/session', {
        state,
        code: redirect.get('code'),
        code_verifier: verifier,
        iss: redirect.get('iss') ?? undefined,
      });
      await held.made;
      await hint('grace');
      held.send();
      expect((await creating).body.session.state).toBe('recheck');
      await endGrantsAtProvider();
      expect((await session.call('GET', '/session')).body.session.state).toBe('reauth_required');
    });
  });
});
