import type { JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSigningKey } from '../../demo/idp/idp.ts';
import { runCli } from '../../demo/program.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { beginDevice, pollDevice } from './kit/device-flow.ts';
import { openEvents } from './kit/event-stream.ts';
import { createPerson } from './kit/person.ts';
import { logoutEvent, providerToken } from './kit/provider-token.ts';
import { createSessionClient } from './kit/session-client.ts';

const oktaSecret = 'an-okta-secret-of-this-test-only';

describe('kill switches', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startBrokerAndIdp(
      (config) => {
        const { example } = config.upstreams as { example: Record<string, unknown> };
        example.hooks = { okta_events_secret_file: './okta-secret' };
      },
      { 'okta-secret': oktaSecret },
    );
  });
  afterAll(() => broker.close());

  const client = () => createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
  const signedIn = async (username = 'ada', password = 'engine-1843') => {
    const session = await client();
    await session.signIn(username, password);
    return session;
  };
  const sidOf = async (username: string): Promise<string> => {
    const rows = await broker.rows(
      "select sessions.sid from sessions join people on people.sub = sessions.sub where people.idp_sub = ? and state <> 'ended' order by sessions.created_at desc",
      username,
    );
    return String(rows[0]?.sid);
  };
  const hook = (name: string) => `${broker.origins.broker}/hooks/example/${name}`;

  describe('back-channel logout', () => {
    const logoutToken = (claims: JWTPayload, typ: string | null = 'logout+jwt', key = broker.signingKey) =>
      providerToken(key, typ ?? undefined, {
        iss: broker.origins.idp,
        aud: 'latchkey-broker',
        exp: Math.floor(Date.now() / 1_000) + 120,
        events: logoutEvent,
        ...claims,
      });
    const send = (token: string) =>
      fetch(hook('backchannel-logout'), { method: 'POST', body: new URLSearchParams({ logout_token: token }) });

    it('of the real provider ends the session and tells its stream', async () => {
      const session = await signedIn();
      const events = await openEvents(session, broker.origins.broker);
      await events.connected();
      expect(await broker.idp.endSessionsOf('ada')).toBeGreaterThan(0);
      expect(await events.ended).toEqual(['revoked']);
      expect((await session.call('GET', '/session')).body.error).toBe('invalid_session');
    });

    it('by sid ends that session and no other', async () => {
      const [one, other] = [await signedIn(), await signedIn()];
      const answer = await send(await logoutToken({ sid: await sidOf('ada'), sub: 'ada' }));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
      const states = [await one.call('GET', '/session'), await other.call('GET', '/session')].map(
        ({ status }) => status,
      );
      expect(states.sort()).toEqual([200, 401]);
    });

    it('by sub ends every session of the person, and nobody else’s', async () => {
      const [one, other, grace] = [await signedIn(), await signedIn(), await signedIn('grace', 'compiler-1952')];
      expect((await send(await logoutToken({ sub: 'ada' }))).status).toBe(200);
      expect((await one.call('GET', '/session')).status).toBe(401);
      expect((await other.call('GET', '/session')).status).toBe(401);
      expect((await grace.call('GET', '/session')).status).toBe(200);
    });

    it('says 200 to a logout of somebody who is not here', async () => {
      expect((await send(await logoutToken({ sub: 'nobody' }))).status).toBe(200);
    });

    it('ends nothing that began later, and nothing when it is replayed', async () => {
      const past = Math.floor(Date.now() / 1_000) - 30;
      const token = await logoutToken({ sub: 'grace', iat: past });
      const session = await signedIn('grace', 'compiler-1952');
      expect((await send(token)).status).toBe(200);
      expect((await send(token)).status).toBe(400);
      expect((await session.call('GET', '/session')).status).toBe(200);
    });

    it.each<[string, () => Promise<string>]>([
      [
        'another key',
        async () =>
          logoutToken({ sub: 'grace' }, 'logout+jwt', { ...(await newSigningKey()), kid: broker.signingKey.kid ?? '' }),
      ],
      ['an access token’s typ', () => logoutToken({ sub: 'grace' }, 'at+jwt')],
      ['an ID token', () => logoutToken({ sub: 'grace', events: undefined, nonce: 'n' }, 'JWT')],
      ['an ID token without typ', () => logoutToken({ sub: 'grace', events: undefined }, null)],
      ['another issuer', () => logoutToken({ sub: 'grace', iss: 'https://evil.example.com' })],
      ['another client', () => logoutToken({ sub: 'grace', aud: 'another' })],
      ['an old iat', () => logoutToken({ sub: 'grace', iat: Math.floor(Date.now() / 1_000) - 900, exp: undefined })],
      ['an iat of tomorrow', () => logoutToken({ sub: 'grace', iat: Math.floor(Date.now() / 1_000) + 86_400 })],
      ['a nonce', () => logoutToken({ sub: 'grace', nonce: 'n' })],
      ['no event', () => logoutToken({ sub: 'grace', events: undefined })],
      ['another event', () => logoutToken({ sub: 'grace', events: { 'https://example.com/event': {} } })],
      ['no jti', () => logoutToken({ sub: 'grace', jti: undefined })],
      ['neither sid nor sub', () => logoutToken({})],
      ['no token at all', async () => 'not.a.token'],
    ])('refuses %s and changes nothing', async (_what, token) => {
      const session = await signedIn('grace', 'compiler-1952');
      const tombstones = () => broker.rows('select * from tombstones order by value, iat');
      const before = await tombstones();
      const answer = await send(await token());
      expect(answer.status).toBe(400);
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
      expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
      expect(await tombstones()).toEqual(before);
      expect((await session.call('GET', '/session')).status).toBe(200);
    });

    it('refuses a sign-in that it has overtaken', async () => {
      const session = await client();
      const { answer, state, verifier } = await session.authorize();
      const redirect = await session.atProvider(answer.body.authorization_url, 'grace', 'compiler-1952');
      // By the provider's clock, the ID token is older than this logout.
      const ahead = Math.floor(Date.now() / 1_000) + 30;
      expect((await send(await logoutToken({ sub: 'grace', iat: ahead }))).status).toBe(200);
      const created = await session.call('POST', '/session', {
        state,
        code: redirect.get('code'),
        code_verifier: verifier,
        iss: redirect.get('iss') ?? undefined,
      });
      expect(created.body.error).toBe('access_denied');
    });
  });

  describe('global token revocation', () => {
    const revocationToken = (claims: JWTPayload = {}, typ = 'global-token-revocation+jwt') =>
      providerToken(broker.signingKey, typ, {
        iss: broker.origins.idp,
        sub: 'security-console',
        aud: hook('global-token-revocation'),
        exp: Math.floor(Date.now() / 1_000) + 120,
        ...claims,
      });
    const send = (token: string | undefined, sub_id: unknown) =>
      fetch(hook('global-token-revocation'), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
        body: JSON.stringify({ sub_id }),
      });

    it.each([
      ['iss_sub', () => ({ format: 'iss_sub', iss: broker.origins.idp, sub: 'mallory' })],
      ['email', () => ({ format: 'email', email: 'Mallory@example.com' })],
      ['opaque', () => ({ format: 'opaque', id: 'mallory' })],
    ])('by %s ends everything of the person and tells the stream', async (_format, subject) => {
      // The provider's timestamps are whole seconds, so wait until a second after the previous test's revocation.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      const session = await signedIn('mallory', 'intruder-1988');
      const events = await openEvents(session, broker.origins.broker);
      await events.connected();
      expect((await send(await revocationToken(), subject())).status).toBe(204);
      expect(await events.ended).toEqual(['revoked']);
      expect((await session.call('GET', '/session')).status).toBe(401);
    });

    it('says 404 for people nobody knows', async () => {
      expect((await send(await revocationToken(), { format: 'email', email: 'x@example.com' })).status).toBe(404);
      const foreign = { format: 'iss_sub', iss: 'https://other.example.com', sub: 'ada' };
      expect((await send(await revocationToken(), foreign)).status).toBe(404);
    });

    it.each<[string, () => Promise<string | undefined>]>([
      ['no token', async () => undefined],
      ['an ID token’s typ', () => revocationToken({}, 'JWT')],
      ['a token for another URL', () => revocationToken({ aud: broker.origins.broker })],
      ['an old token', () => revocationToken({ iat: Math.floor(Date.now() / 1_000) - 900 })],
      ['another issuer', () => revocationToken({ iss: 'https://evil.example.com' })],
    ])('refuses %s before it reads the body', async (_what, token) => {
      const answer = await send(await token(), 'not a subject');
      expect(answer.status).toBe(401);
      expect(answer.headers.get('WWW-Authenticate')).toContain('invalid_token');
    });

    it('takes a request once', async () => {
      const token = await revocationToken();
      const subject = { format: 'opaque', id: 'somebody' };
      expect((await send(token, subject)).status).toBe(404);
      expect((await send(token, subject)).status).toBe(401);
    });
  });

  describe('Okta event hooks', () => {
    const statesOf = async (username: string) => {
      const query = `select state from sessions join people on people.sub = sessions.sub
        where idp_sub = ? order by sessions.created_at desc`;
      return (await broker.rows(query, username)).map(({ state }) => state);
    };
    const send = (body: unknown, authorization = oktaSecret) =>
      fetch(hook('okta-events'), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: authorization },
        body: JSON.stringify(body),
      });
    const event = (eventId: string, eventType: string, id: string) => ({
      eventType: 'com.okta.event_hook',
      eventId,
      data: { events: [{ uuid: 'u', eventType, target: [{ type: 'User', id, alternateId: null }] }] },
    });

    it('answers the challenge, to whoever knows the secret', async () => {
      const ask = (authorization: string) =>
        fetch(hook('okta-events'), {
          headers: { 'X-Okta-Verification-Challenge': 'abc', Authorization: authorization },
        });
      expect(await (await ask(oktaSecret)).json()).toEqual({ verification: 'abc' });
      expect((await ask('guess')).status).toBe(401);
    });

    it('make the next request ask the provider, and tell the stream', async () => {
      const session = await signedIn();
      const events = await openEvents(session, broker.origins.broker);
      await events.connected();
      const rotations = broker.idp.counts.rotations;
      expect((await send(event('e1', 'user.lifecycle.suspend', 'ada'))).status).toBe(204);
      await events.count(1);
      expect(events.names).toEqual(['policy']);
      expect((await session.call('GET', '/session')).body.session.state).toBe('active');
      expect(broker.idp.counts.rotations).toBe(rotations + 1);
      await events.close();
    });

    it('sign out a person whom the provider refuses, in the next request, token or not', async () => {
      const session = await signedIn();
      const { adapter, identifiers } = broker.idp.store;
      const tokens = adapter('RefreshToken');
      for (const token of identifiers('RefreshToken')) await tokens.destroy(token);
      expect((await session.call('GET', '/session')).body.session.state).toBe('active');
      await send(event('e0', 'user.lifecycle.deactivate', 'ada'));
      expect((await session.call('GET', '/session')).body.session.state).toBe('reauth_required');
    });

    it('are taken once by eventId; forged ones and other events change nothing', async () => {
      const session = await signedIn();
      const states = async () => (await statesOf('ada')).filter((state) => state === 'recheck').length;
      expect((await send(event('e2', 'user.session.end', 'ada'))).status).toBe(204);
      expect(await states()).toBeGreaterThan(0);
      await session.call('GET', '/session');
      const after = await states();
      expect((await send(event('e2', 'user.session.end', 'ada'))).status).toBe(204);
      expect((await send(event('e3', 'user.account.update_profile', 'ada'))).status).toBe(204);
      expect((await send(event('e4', 'user.session.end', 'ada'), 'a guess')).status).toBe(401);
      expect(await states()).toBe(after);
    });

    it('do not exist without a secret, and nothing exists for an unknown provider', async () => {
      const unknown = hook('okta-events').replace('example', 'other');
      expect((await fetch(unknown, { method: 'POST' })).status).toBe(404);
    });
  });

  describe('an administrator', () => {
    const cli = (...args: string[]) => runCli([...args, '--config', broker.configFile]);

    it('lists sessions and ends them by the command line; the stream hears of it from another process', async () => {
      const session = await signedIn();
      const events = await openEvents(session, broker.origins.broker);
      await events.connected();
      const lines = (await cli('sessions', 'list', '--email', 'Ada@example.com', '--json')).trim().split('\n');
      const [listed] = lines.map((line) => JSON.parse(line));
      expect(listed).toMatchObject({ kind: 'browser', email: 'ada@example.com', state: 'active' });
      expect(await cli('sessions', 'list')).toContain(listed.id);

      expect(await cli('sessions', 'revoke', '--id', listed.id)).toBe('Revoked 1 session.\n');
      expect(await events.ended).toEqual(['revoked']);
      expect((await session.call('GET', '/session')).body.error).toBe('invalid_session');
      const person = createPerson(broker.origins);
      const account = `${broker.origins.broker}/account`;
      await person.signIn(await person.visitor.visit(account));
      const { idp } = broker.origins;
      person.visitor.cookies(new URL(idp).host).clear();
      expect((await person.visitor.visit(account)).url.href).toBe(account);
      await cli('sessions', 'revoke', '--email', 'ada@example.com');
      expect(await cli('sessions', 'list', '--sub', listed.sub)).toContain('No matching sessions.');
      // The broker's own pages also authenticate the user.
      expect((await person.visitor.visit(account)).url.origin).toBe(idp);
    });

    describe('stops by the command line', () => {
      const mallory = ['mallory', 'intruder-1988'] as const;
      const revoke = () => cli('sessions', 'revoke', '--email', 'mallory@example.com');
      const liveOf = async (table: 'sessions' | 'page_sessions') => {
        const rows = await broker.rows(
          `select * from ${table} join people on people.sub = ${table}.sub where people.idp_sub = 'mallory'`,
        );
        return rows.filter(({ state }) => state !== 'ended');
      };

      it('a sign-in under way', async () => {
        await signedIn(...mallory);
        const session = await client();
        const { answer, state, verifier } = await session.authorize();
        const redirect = await session.atProvider(answer.body.authorization_url, ...mallory);
        const held = broker.holdNextToken();
        const creating = session.call('POST', '/session', {
          state,
          code: redirect.get('code'),
          code_verifier: verifier,
          iss: redirect.get('iss') ?? undefined,
        });
        await held.made;
        await revoke();
        held.send();
        expect((await creating).body.error).toBe('access_denied');
        expect(await liveOf('sessions')).toEqual([]);
      });

      it('a sign-in to our own pages under way', async () => {
        await signedIn(...mallory);
        const person = createPerson(broker.origins, mallory);
        const login = await person.visitor.visit(`${broker.origins.broker}/account`);
        const held = broker.holdNextToken();
        const finishing = person.signIn(login);
        await held.made;
        await revoke();
        held.send();
        expect((await finishing).status).toBe(403);
        expect(await liveOf('page_sessions')).toEqual([]);
      });

      it('a device that the person has allowed and that has not fetched its tokens', async () => {
        const person = createPerson(broker.origins, mallory);
        const { user_code: userCode, device_code: deviceCode } = await beginDevice(broker.origins.broker, 'tv');
        await person.decide(await person.enter(userCode), 'allow');
        await revoke();
        const { body } = await pollDevice(broker.origins.broker, 'tv', deviceCode);
        expect(body.error).toBe('access_denied');
      });
    });

    it('exports the audit log, and goes on where an export ended', async () => {
      const all = (await cli('audit', 'export')).trim().split('\n');
      const entries = all.map((line) => JSON.parse(line));
      expect(entries.map(({ type }) => type)).toEqual(
        expect.arrayContaining([
          'session.created',
          'session.ended',
          'hook.backchannel_logout',
          'hook.global_token_revocation',
          'hook.okta_events',
        ]),
      );
      const rest = await cli('audit', 'export', '--after', String(entries.at(-3).seq));
      expect(rest.trim().split('\n')).toEqual(all.slice(-2));
    });
  });
});
