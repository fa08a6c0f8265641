import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { presetOf } from '../config/provider-presets.ts';
import { createRing, type KeyRing, RingError } from '../keys/ring.ts';
import { seal } from '../keys/seal.ts';
import { createStore } from '../store/open.ts';
import { createBackoff } from './backoff.ts';
import { createRefresher } from './refresh.ts';
import type { Upstream } from './types.ts';

const ring = createRing([{ kid: 'k', key: randomBytes(32) }]);
const withoutKey = createRing([{ kid: 'other', key: randomBytes(32) }]);
const secret = randomBytes(16);
const unused = () => Promise.reject(new Error('not part of this test'));

it('a key that is missing from the ring for a while costs nobody the session', async () => {
  let now = 1_800_000_000_000;
  const store = await createStore('sqlite::memory:', { now: () => now });
  await store.migrate();
  const issuer = 'https://p.example';
  const { sub } = await store.upsertPerson({ issuer, idpSub: 'ada', upstream: 'p', newSub: 'sub' }, now);
  const { sealed, ringKid } = seal(ring, { purpose: 'session-refresh', id: 'row', secret }, 'rt-1');
  await store.insertSession({
    id: 'row',
    sub,
    upstream: 'p',
    issuer,
    issuedAt: now,
    sealedRefresh: sealed,
    ringKid,
    claims: { groups: [] },
    refreshedAt: now,
    createdAt: now,
    absoluteExpiresAt: now + 1e9,
    idleExpiresAt: now + 1e9,
    jkt: 'jkt',
    secretCheck: 'check',
  });
  const provider: Upstream = {
    config: {
      name: 'p',
      issuer,
      clientId: 'c',
      authentication: { method: 'client_secret_basic', secret: 's' },
      scopes: [],
      preset: 'generic',
      refreshLeewayMs: 0,
      groupsClaim: 'groups',
      authorizationParams: {},
      hooks: { oktaEventsSecret: undefined, revocationIssuer: undefined },
    },
    preset: presetOf('generic'),
    refreshDeadlineMs: 10_000,
    authorizationUrl: unused,
    exchange: unused,
    refresh: async () => ({ kind: 'refreshed', refreshToken: 'rt-2', claims: { groups: ['p:new'] } }),
    revoke: unused,
    logoutUrl: unused,
  };
  const refresh = async (keys: KeyRing) => {
    const row = await store.getSession('row');
    if (!row) throw new Error('the row is gone');
    return createRefresher({
      store,
      ring: keys,
      upstreams: new Map([['p', provider]]),
      backoff: createBackoff({ now: () => now, random: () => 0 }),
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
      every: () => () => {},
      log: { info() {}, warn() {}, error() {} },
    })({ kind: 'session', id: 'row', secret, idpSub: 'ada', row });
  };

  await expect(refresh(withoutKey)).rejects.toBeInstanceOf(RingError);
  now += 3_600_000;
  expect((await refresh(ring)).kind).toBe('fresh');
  await store.close();
});
