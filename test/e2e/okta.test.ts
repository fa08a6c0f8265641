import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createApp } from '../../broker/app.ts';
import { compose } from '../../broker/compose.ts';
import { parseConfig } from '../../broker/config/load.ts';
import { createRing } from '../../broker/keys/ring.ts';
import { createStore } from '../../broker/store/open.ts';
import { demoConfig } from '../../demo/config.ts';
import { originsOf } from '../../demo/ports.ts';
import { serve } from '../../demo/serve.ts';
import { authorizationServer, createOktaLike } from '../okta-like/okta.ts';
import { redirectUri } from './kit/broker.ts';
import { freePorts } from './kit/ports.ts';
import { createSessionClient } from './kit/session-client.ts';

const secret = 'a-secret-of-this-test-only';
const users = [{ id: '00u1', login: 'ada', password: 'engine-1843', name: 'Ada', groups: ['staff', 'Everyone'] }];
/** The maximum age of a user's claims: `fresh` of the demo's API. */
const freshMs = 15_000;

/** A broker with a provider like Okta, both over HTTP, with a shared clock that the test controls. */
async function startBrokerAtOkta() {
  const ports = await freePorts();
  const origins = originsOf(ports);
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const client = { id: '0oa1', secret, redirectUris: [redirectUri, `${origins.broker}/callback`] };
  const okta = await createOktaLike({ org: origins.idp, client, users, now });
  const asked: string[] = [];
  const lost = { next: false };

  const file = parse(demoConfig(ports));
  file.upstreams = {
    okta: {
      issuer: `${origins.idp}${authorizationServer}`,
      client_id: client.id,
      client_secret: '${OKTA_SECRET}',
      scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
      preset: 'okta',
      refresh_leeway: '30s',
    },
  };
  file.origins[origins.shop].groups = ['okta:staff'];
  const config = parseConfig(stringify(file), '/nowhere/latchkey.yaml', { OKTA_SECRET: secret });
  const store = await createStore('sqlite::memory:', { now });
  await store.migrate();
  const log = {
    info: () => {},
    warn: () => {},
    error: (line: object) => process.stderr.write(`${JSON.stringify(line)}\n`),
  };
  const app = createApp(
    compose({
      config,
      store,
      ring: createRing([{ kid: 'k1', key: randomBytes(32) }]),
      log,
      now,
      elapsed: () => performance.now(),
      async fetch(input, init) {
        const url = String(input);
        if (url.endsWith('/v1/token')) asked.push(url);
        const answer = await fetch(input, init);
        if (!lost.next || !url.endsWith('/v1/token')) return answer;
        lost.next = false;
        await answer.text();
        throw new TypeError('the connection was reset before the answer came');
      },
      random: () => 0.5,
      sleep: (ms) => sleep(ms),
      every(ms, work) {
        const timer = setInterval(() => void work(), ms).unref();
        return () => clearInterval(timer);
      },
    }),
  );
  const servers = [
    await serve(getRequestListener(okta.app.fetch), ports.idp),
    await serve(
      getRequestListener((request, env) => app.fetch(request, env as never)),
      ports.broker,
    ),
  ];
  const person = await createSessionClient(origins.broker, undefined, origins.idp);
  return {
    okta,
    clock,
    lost,
    /** Number of calls to the token endpoint so far. */
    get calls() {
      return asked.length;
    },
    signIn: () => person.signIn('ada'),
    session: () => person.call('GET', '/session'),
    token: () =>
      person.call('POST', '/session/token', { origin: origins.notes, resource: origins.api, scope: 'orders:read' }),
    async close() {
      await Promise.all(servers.map((server) => server.close()));
      await store.close();
    },
  };
}

describe('the broker at a provider like Okta', () => {
  let at: Awaited<ReturnType<typeof startBrokerAtOkta>>;
  beforeEach(async () => {
    at = await startBrokerAtOkta();
  });
  afterEach(() => at.close());

  it('signs in below /oauth2/default, and knows the groups', async () => {
    const { account, policy } = await at.signIn();
    expect(account).toMatchObject({ name: 'Ada', upstream: 'okta' });
    expect(policy.sites.map(({ name }) => name)).toContain('Shop');
    expect((await at.token()).status).toBe(200);
  });

  it('refreshes as the tokens rotate', async () => {
    await at.signIn();
    for (let turn = 1; turn <= 3; turn += 1) {
      at.clock.ahead += freshMs;
      expect((await at.token()).status).toBe(200);
      expect(at.okta.families.counts).toMatchObject({ rotations: turn, repeats: 0 });
    }
  });

  it('sends a token again within the leeway, where the answer was lost', async () => {
    await at.signIn();
    at.clock.ahead += freshMs;
    at.lost.next = true;
    expect((await at.token()).status).toBe(503);
    at.clock.ahead += 5_000;
    expect((await at.token()).status).toBe(200);
    expect(at.okta.families.counts).toEqual({ rotations: 1, repeats: 1, reuses: 0 });
  });

  it('sends it never again after the leeway: that would end the family', async () => {
    await at.signIn();
    at.clock.ahead += freshMs;
    at.lost.next = true;
    await at.token();
    at.clock.ahead += 60_000;
    expect(await at.token()).toMatchObject({ status: 401, body: { error: 'login_required' } });
    expect(at.okta.families.counts.reuses).toBe(0);
  });

  it('waits out a rate limit until its reset, without asking, and loses nothing', async () => {
    await at.signIn();
    at.clock.ahead += freshMs;
    at.okta.rateLimit.limit = 0;
    const before = at.calls;
    const limited = await at.token();
    expect(limited).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(limited.headers.get('retry-after'))).toBeLessThanOrEqual(61);
    expect(at.calls).toBe(before + 1);

    at.clock.ahead += 40_000;
    expect((await at.token()).status).toBe(503);
    expect(at.calls).toBe(before + 1);

    at.okta.rateLimit.limit = 1_200;
    at.clock.ahead += 22_000;
    expect((await at.token()).status).toBe(200);
    expect((await at.session()).body.session.state).toBe('active');
  });

  it('asks for a new sign-in when the family was ended there; the session stays', async () => {
    await at.signIn();
    at.okta.families.endAll();
    at.clock.ahead += freshMs;
    expect(await at.token()).toMatchObject({ status: 401, body: { error: 'login_required' } });
    const session = await at.session();
    expect(session.status).toBe(200);
    expect(session.body.session.state).toBe('reauth_required');
    await at.signIn();
    expect((await at.token()).status).toBe(200);
  });
});
