import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { presetOf } from '../config/provider-presets.ts';
import { createRing } from '../keys/ring.ts';
import { open, seal } from '../keys/seal.ts';
import { createStore } from '../store/open.ts';
import { type Session, type Store, StoreUnavailableError } from '../store/store.ts';
import { createBackoff } from './backoff.ts';
import { createRefresher } from './refresh.ts';
import type { RefreshOutcome, Upstream } from './types.ts';

// A fake provider, to produce answers that a real one gives only rarely. The store is real.
const ring = createRing([{ kid: 'k', key: randomBytes(32) }]);
const secret = randomBytes(16);
const context = { purpose: 'session-refresh', id: 'row', secret } as const;
const leewayMs = 30_000;

let now: number;
let store: Store;
let sent: string[];
let answers: (RefreshOutcome | 'crash')[];

const rotated = (refreshToken: string): RefreshOutcome => ({
  kind: 'refreshed',
  refreshToken,
  claims: { groups: ['p:new'] },
});

const away = (how: { delivered?: boolean; affects?: 'session'; status?: number; retryAfterMs?: number } = {}) =>
  ({
    kind: 'unavailable',
    delivered: false,
    affects: 'provider',
    status: undefined,
    retryAfterMs: undefined,
    cause: 'of this test',
    ...how,
  }) satisfies RefreshOutcome;

const refused = (error: string, status = 400): RefreshOutcome => ({
  kind: 'refused',
  refusal: { error, status, description: undefined },
});

const incomplete = (refreshToken: string): RefreshOutcome => ({
  kind: 'incomplete',
  refreshToken,
  cause: 'of this test',
});

function upstream(refreshLeewayMs: number, preset = 'okta', rotates?: 'yes' | 'no'): Upstream {
  const unused = () => Promise.reject(new Error('not part of this test'));
  return {
    config: {
      name: 'p',
      issuer: 'https://p.example',
      clientId: 'c',
      authentication: { method: 'client_secret_basic', secret: 's' },
      scopes: [],
      preset,
      rotates,
      refreshLeewayMs,
      groupsClaim: 'groups',
      authorizationParams: {},
      hooks: { oktaEventsSecret: undefined, revocationIssuer: undefined },
    },
    preset: presetOf(preset),
    refreshDeadlineMs: 10_000,
    authorizationUrl: unused,
    exchange: unused,
    async refresh(refreshToken) {
      sent.push(refreshToken);
      const answer = answers.shift();
      if (answer === undefined) throw new Error('the provider was asked once too often');
      // Never resolves, as if this process died before the response arrived.
      return answer === 'crash' ? new Promise<never>(() => {}) : answer;
    },
    revoke: unused,
    logoutUrl: unused,
  };
}

/** One process. Each call creates another process on the same store. */
function process(provider = upstream(leewayMs)) {
  const backoff = createBackoff({ now: () => now, random: () => 0 });
  const refresher = createRefresher({
    store,
    ring,
    upstreams: new Map([['p', provider]]),
    backoff,
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    every: () => () => {},
    log: { info() {}, warn() {}, error() {} },
  });
  return async (id = 'row') => refresher({ kind: 'session', id, secret, idpSub: 'ada', row: await row(id) });
}

async function row(id = 'row'): Promise<Session> {
  const found = await store.getSession(id);
  if (!found) throw new Error('the row is gone');
  return found;
}

/** Another user at the same provider. */
async function insertSecond(): Promise<void> {
  const { sealed, ringKid } = seal(ring, { ...context, id: 'second' }, 'rt-9');
  await store.insertSession({ ...(await row()), id: 'second', jkt: 'jkt-2', sealedRefresh: sealed, ringKid });
}

async function storedToken(): Promise<string | undefined> {
  const { sealedRefresh, ringKid } = await row();
  return sealedRefresh && ringKid ? open(ring, context, { sealed: sealedRefresh, ringKid }) : undefined;
}

beforeEach(async () => {
  now = 1_800_000_000_000;
  sent = [];
  answers = [];
  store = await createStore('sqlite::memory:', { now: () => now });
  await store.migrate();
  const person = await store.upsertPerson(
    { issuer: 'https://p.example', idpSub: 'ada', upstream: 'p', newSub: 'sub' },
    now,
  );
  const { sealed, ringKid } = seal(ring, context, 'rt-1');
  await store.insertSession({
    id: 'row',
    sub: person.sub,
    upstream: 'p',
    issuer: person.issuer,
    issuedAt: now,
    sealedRefresh: sealed,
    ringKid,
    claims: { groups: ['p:old'], name: 'Ada' },
    refreshedAt: now,
    createdAt: now,
    absoluteExpiresAt: now + 1e9,
    idleExpiresAt: now + 1e9,
    jkt: 'jkt',
    secretCheck: 'check',
  });
});

describe('a refresh', () => {
  it('stores the rotated token, sealed, with the new claims', async () => {
    answers = [rotated('rt-2')];
    expect(await process()()).toMatchObject({
      kind: 'fresh',
      row: { claims: { groups: ['p:new'], name: 'Ada' }, version: 2 },
    });
    expect(await storedToken()).toBe('rt-2');
  });

  it('makes the person known by the e-mail that the provider says now', async () => {
    const claims = { groups: [], email: 'lovelace@example.com' };
    answers = [{ kind: 'refreshed', refreshToken: 'rt-2', claims }];
    await process()();
    const found = await store.findPeople({ email: 'Lovelace@example.com' }, { limit: 2 });
    expect(found).toMatchObject([{ sub: 'sub', idpSub: 'ada' }]);
  });

  it('is kept even if the person can’t be updated', async () => {
    store.upsertPerson = () => Promise.reject(new StoreUnavailableError('on purpose'));
    answers = [{ kind: 'refreshed', refreshToken: 'rt-2', claims: { groups: [], email: 'new@example.com' } }];
    expect(await process()()).toMatchObject({ kind: 'fresh' });
    expect(await storedToken()).toBe('rt-2');
  });

  it('keeps the token of a provider that does not rotate', async () => {
    answers = [{ kind: 'refreshed', refreshToken: undefined, claims: { groups: [] } }];
    await process(upstream(0, 'entra'))();
    expect(await storedToken()).toBe('rt-1');
    expect((await row()).claims.groups).toEqual([]);
  });

  it('is one for all requests of a process and of several', async () => {
    answers = [rotated('rt-2')];
    const [one, two] = [process(), process()];
    const results = await Promise.all([one(), one(), two(), two()]);
    expect(results.map(({ kind }) => kind)).toEqual(Array(4).fill('fresh'));
    expect(sent).toEqual(['rt-1']);
  });
});

describe('a crash between the provider’s rotation and our commit', () => {
  async function crash(provider?: Upstream) {
    answers = ['crash'];
    void process(provider)();
    while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  it('is made good within the leeway: the old token is sent again', async () => {
    await crash();
    now += 13_000;
    answers = [rotated('rt-2')];
    expect((await process()()).kind).toBe('fresh');
    expect(sent).toEqual(['rt-1', 'rt-1']);
    expect(await storedToken()).toBe('rt-2');
  });

  it('needs the person after the leeway: the old token is never sent a second time', async () => {
    await crash();
    now += leewayMs;
    expect((await process()()).kind).toBe('reauth_required');
    expect(sent).toEqual(['rt-1']);
    expect((await row()).state).toBe('reauth_required');
  });

  it('counts the leeway from the first sending, however many crashes follow', async () => {
    await crash();
    now += 13_000;
    answers = ['crash'];
    void process()();
    while (sent.length === 1) await new Promise((resolve) => setImmediate(resolve));
    now += 16_000;
    expect((await process()()).kind).toBe('reauth_required');
    expect(sent).toHaveLength(2);
  });

  it('is not forgotten because the provider is away when the token is sent again', async () => {
    await crash();
    now += 13_000;
    answers = [away({ retryAfterMs: 1 })];
    expect((await process()()).kind).toBe('unavailable');
    now += leewayMs;
    expect((await process()()).kind).toBe('reauth_required');
    expect(sent).toHaveLength(2);
  });

  it('does not wait for a provider that is being left alone: the leeway runs', async () => {
    const survivor = process();
    answers = [away({ delivered: true, retryAfterMs: 20_000 }), rotated('rt-2')];
    expect((await survivor()).kind).toBe('unavailable');
    expect((await survivor()).kind).toBe('fresh');
  });

  it('is made good although the clock was set back since the token was sent', async () => {
    const survivor = process();
    answers = [away({ delivered: true, retryAfterMs: 1 }), rotated('rt-2')];
    expect((await survivor()).kind).toBe('unavailable');
    now -= 3_000;
    expect((await survivor()).kind).toBe('fresh');
    expect(await storedToken()).toBe('rt-2');
  });

  it('has no window at a provider that does not rotate', async () => {
    await crash(upstream(0, 'google'));
    now += 86_400_000;
    answers = [{ kind: 'refreshed', refreshToken: undefined, claims: { groups: [] } }];
    expect((await process(upstream(0, 'google'))()).kind).toBe('fresh');
  });

  it('without a leeway costs the session, not the family at the provider', async () => {
    await crash(upstream(0));
    now += 13_000;
    expect((await process(upstream(0))()).kind).toBe('reauth_required');
    expect(sent).toEqual(['rt-1']);
  });
});

const unchanged = (refreshToken?: string): RefreshOutcome => ({
  kind: 'refreshed',
  refreshToken,
  claims: { groups: [] },
});

/** All faults after which it is unknown whether the provider used the token. A crash is also a restart. */
const lost: [string, RefreshOutcome | 'crash'][] = [
  ['a hang', away({ delivered: true })],
  ['a gateway’s 504', away({ delivered: true, status: 504 })],
  ['a reset after the request', away({ delivered: true })],
  ['an answer that breaks off', away({ delivered: true, affects: 'session', status: 200 })],
  ['a restart', 'crash'],
];

/** Loses a response, and retries an hour later in another process. */
async function loseOne(provider: Upstream, answer: RefreshOutcome | 'crash') {
  const before = sent.length;
  answers = [answer];
  const asking = process(provider)();
  while (sent.length === before) await new Promise((resolve) => setImmediate(resolve));
  if (answer !== 'crash') expect((await asking).kind).toBe('unavailable');
  now += 3_600_000;
  answers = [unchanged()];
  return process(provider)();
}

describe.each(lost)('a token whose outcome is unknown: %s', (_, answer) => {
  it.each<[string, Upstream, RefreshOutcome | undefined]>([
    ['an answer had no new token', upstream(0, 'generic'), unchanged()],
    ['an answer had the same token', upstream(0, 'generic'), unchanged('rt-1')],
    ['the same, though a leeway is set', upstream(leewayMs, 'okta'), unchanged()],
    ['no answer has shown anything', upstream(0, 'generic'), undefined],
    ['the preset says so', upstream(leewayMs, 'entra'), rotated('rt-1b')],
    ['the configuration says so', upstream(leewayMs, 'generic', 'no'), rotated('rt-1b')],
    ['a new token shows nothing (keycloak)', upstream(0, 'keycloak'), rotated('rt-1b')],
  ])('is sent again at any time where tokens do not rotate: %s', async (_why, provider, shown) => {
    if (shown) {
      answers = [shown];
      expect((await process(provider)()).kind).toBe('fresh');
    }
    const token = await storedToken();
    expect((await loseOne(provider, answer)).kind).toBe('fresh');
    expect(sent.slice(-2)).toEqual([token, token]);
    expect((await row()).state).toBe('active');
  });

  it.each<[string, Upstream, RefreshOutcome | undefined]>([
    ['an answer had another token', upstream(0, 'generic'), rotated('rt-1b')],
    ['a leeway is set', upstream(leewayMs, 'generic'), undefined],
    ['the configuration says so', upstream(0, 'generic', 'yes'), undefined],
    ['the configuration says so, whatever an answer shows', upstream(0, 'entra', 'yes'), unchanged()],
    ['the preset says so', upstream(0, 'oidc-provider'), unchanged()],
  ])('is never sent after the leeway where they do: %s', async (_why, provider, shown) => {
    if (shown) {
      answers = [shown];
      expect((await process(provider)()).kind).toBe('fresh');
    }
    const before = sent.length;
    expect((await loseOne(provider, answer)).kind).toBe('reauth_required');
    expect(sent).toHaveLength(before + 1);
  });
});

describe('what answers show about rotation', () => {
  it('changes with the last answer, for every process', async () => {
    const provider = upstream(0, 'generic');
    answers = [unchanged(), rotated('rt-2')];
    await process(provider)();
    await process(provider)();
    expect((await loseOne(provider, away({ delivered: true }))).kind).toBe('reauth_required');
  });

  it('is not read again while the leeway runs', async () => {
    const refresh = process(upstream(leewayMs, 'generic'));
    answers = [rotated('rt-2'), away({ delivered: true }), rotated('rt-3')];
    expect((await refresh()).kind).toBe('fresh');
    expect((await refresh()).kind).toBe('unavailable');
    store.getRotation = () => Promise.reject(new StoreUnavailableError('away'));
    expect((await refresh()).kind).toBe('fresh');
    expect(await storedToken()).toBe('rt-3');
  });

  it('counts even if it cannot be stored', async () => {
    store = { ...store, noteRotation: () => Promise.reject(new StoreUnavailableError('away')) };
    answers = [rotated('rt-2')];
    expect((await process(upstream(0, 'generic'))()).kind).toBe('fresh');
    expect(await storedToken()).toBe('rt-2');
  });
});

describe('a hint to recheck', () => {
  it('that comes while the provider is asked takes another refresh', async () => {
    const provider = upstream(leewayMs);
    const hinted: Upstream = {
      ...provider,
      async refresh(...args) {
        const outcome = await provider.refresh(...args);
        await store.setSessionState('row', ['active', 'recheck'], 'recheck');
        return outcome;
      },
    };
    answers = [rotated('rt-2'), rotated('rt-3'), rotated('rt-4')];
    for (const token of ['rt-2', 'rt-3']) {
      expect((await process(hinted)()).kind).toBe('fresh');
      expect(await row()).toMatchObject({ state: 'recheck', claims: { groups: ['p:new'] } });
      expect(await storedToken()).toBe(token);
    }
    expect((await process(provider)()).kind).toBe('fresh');
    expect((await row()).state).toBe('active');
  });

  it('is not settled by an answer that says nothing of the person, whatever dies right after it', async () => {
    await store.setSessionState('row', ['active'], 'recheck');
    const { commitRefresh } = store;
    let afterCommit: string | undefined;
    store = {
      ...store,
      async commitRefresh(...args) {
        const done = await commitRefresh(...args);
        afterCommit = (await row()).state;
        return done;
      },
    };
    answers = [incomplete('rt-2')];
    expect((await process()()).kind).toBe('unavailable');
    expect(afterCommit).toBe('recheck');
    expect(await storedToken()).toBe('rt-2');
  });
});

describe('a store that is away when the answer comes', () => {
  it('gets the rotated token when it is back, and nothing is sent twice', async () => {
    const commitRefresh = store.commitRefresh;
    let away = 3;
    store = {
      ...store,
      async commitRefresh(...args) {
        away -= 1;
        if (away > 0) throw new StoreUnavailableError('away');
        return commitRefresh(...args);
      },
    };
    const refresh = process();
    answers = [rotated('rt-2')];
    await expect(refresh()).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect.poll(storedToken).toBe('rt-2');
    expect(sent).toEqual(['rt-1']);
  });
});

describe('a provider that does not do it', () => {
  it('changes nothing when it is away, and is left alone for a while', async () => {
    const refresh = process();
    answers = [away({ retryAfterMs: 4_000 })];
    expect(await refresh()).toEqual({
      kind: 'unavailable',
      retryAfterMs: 4_000,
      reason: 'the identity provider is not responding; try again',
    });
    expect((await refresh()).kind).toBe('unavailable');
    expect(sent).toHaveLength(1);
    now += 60_000;
    answers = [rotated('rt-2')];
    expect((await refresh()).kind).toBe('fresh');
  });

  it.each<[string, RefreshOutcome]>([
    ['an answer about somebody or something else', incomplete('rt-2')],
    ['a refusal', refused('access_denied', 403)],
    ['an error of the server (500)', away({ affects: 'session', status: 500 })],
    ['an unreadable answer', away({ affects: 'session', status: 200, delivered: true })],
  ])('for one person leaves the others alone: %s', async (_, answer) => {
    await insertSecond();
    const refresh = process(upstream(0, 'generic'));
    for (let attempt = 0; attempt < 4; attempt += 1) {
      answers = [answer];
      const result = await refresh();
      // This session doesn't retry until its wait is over, but others do.
      expect((await refresh()).kind).toBe('unavailable');
      answers = [unchanged()];
      expect((await refresh('second')).kind).toBe('fresh');
      if (result.kind === 'unavailable') now += result.retryAfterMs;
    }
    answers = [unchanged()];
    expect((await refresh()).kind).toBe('fresh');
  });

  it.each<[string, RefreshOutcome]>([
    ['no answer', away()],
    ['too many requests (429)', away({ status: 429, retryAfterMs: 7_000 })],
  ])('is left alone by everybody: %s', async (_, answer) => {
    await insertSecond();
    const refresh = process(upstream(0, 'generic'));
    answers = [answer];
    await refresh();
    expect((await refresh('second')).kind).toBe('unavailable');
    expect(sent).toHaveLength(1);
  });

  it('is tried by one session at a time until it answers', async () => {
    await insertSecond();
    let answer: (outcome: RefreshOutcome) => void = () => undefined;
    const slow: Upstream = {
      ...upstream(0, 'generic'),
      refresh(refreshToken) {
        sent.push(refreshToken);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    };
    const refresh = process(slow);
    const failing = refresh();
    await expect.poll(() => sent).toHaveLength(1);
    answer(away({ delivered: true }));
    expect((await failing).kind).toBe('unavailable');
    now += 60_000;

    const trying = refresh();
    await expect.poll(() => sent).toHaveLength(2);
    expect((await refresh('second')).kind).toBe('unavailable');
    expect(sent).toHaveLength(2);
    answer(unchanged());
    expect((await trying).kind).toBe('fresh');
    const other = refresh('second');
    await expect.poll(() => sent).toHaveLength(3);
    answer(unchanged());
    expect((await other).kind).toBe('fresh');
  });

  it('ends the grant with invalid_grant; the session stays, to be signed in to again', async () => {
    answers = [{ kind: 'ended', error: 'invalid_grant' }];
    expect((await process()()).kind).toBe('reauth_required');
    expect((await row()).state).toBe('reauth_required');
  });

  it.each([
    ['invalid_client', 401],
    ['unauthorized_client', 400],
    ['unsupported_grant_type', 400],
    ['invalid_scope', 400],
    ['invalid_request', 400],
    ['a_code_that_nobody_knows', 400],
    ['http_403', 403],
  ])('keeps the grant where it refuses this broker, however often: %s', async (error, status) => {
    const refresh = process();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      answers = [refused(error, status)];
      const result = await refresh();
      expect(result).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('refuses') });
      if (result.kind === 'unavailable') now += result.retryAfterMs;
    }
    expect((await row()).state).toBe('active');
    answers = [rotated('rt-2')];
    expect((await refresh()).kind).toBe('fresh');
    expect(await storedToken()).toBe('rt-2');
  });

  it('loses no rotated token when the rest of its answer is no use', async () => {
    answers = [incomplete('rt-2')];
    expect((await process()()).kind).toBe('unavailable');
    expect(await storedToken()).toBe('rt-2');
    expect((await row()).claims.groups).toEqual(['p:old']);
  });

  it('cannot put another person in place of this one', async () => {
    answers = [incomplete('rt-2')];
    expect((await process()()).kind).toBe('unavailable');
    expect(await row()).toMatchObject({ state: 'active', claims: { groups: ['p:old'], name: 'Ada' } });
  });
});
