import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ClientAuthentication } from '../config/types.ts';
import type { LogLine } from '../log.ts';
import type { Configured } from './client-credentials.ts';
import { createUpstream } from './upstream.ts';

const issuer = 'https://p.example';
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
};

const post = (secret: string): ClientAuthentication => ({ method: 'client_secret_post', secret });

/** A provider that accepts the secrets in `accepted`, and the upstream that asks it. */
function atProvider(configured: Configured, accepted: string[], refusal = { status: 401, error: 'invalid_client' }) {
  const used: string[] = [];
  const lines: LogLine[] = [];
  const refused: string[] = [];
  const state = { configured, accepted, answer: undefined as Response | undefined };
  const upstream = createUpstream({
    config: {
      name: 'p',
      issuer,
      clientId: 'c',
      ...configured,
      scopes: ['openid'],
      preset: 'generic',
      refreshLeewayMs: 0,
      groupsClaim: 'groups',
      userInfo: 'off',
      authorizationParams: {},
      hooks: { oktaEventsSecret: undefined, revocationIssuer: undefined },
    },
    credentials: () => state.configured,
    async fetch(input, init) {
      if (String(input).includes('.well-known')) return Response.json(metadata);
      const body = init?.body as URLSearchParams;
      const secret = body.get('client_secret') ?? `kid:${body.get('client_assertion') ? 'assertion' : 'none'}`;
      used.push(secret);
      if (state.answer && state.accepted.includes(secret)) return state.answer.clone();
      if (state.accepted.includes(secret)) return Response.json({ access_token: 'a', token_type: 'bearer' });
      return Response.json({ error: refusal.error }, { status: refusal.status });
    },
    now: () => 0,
    log: { warn: (line) => void lines.push(line) },
    refusals: { refused: (_, request) => void refused.push(request), accepted() {} },
  });
  const refresh = async () => (await upstream.refresh('rt', 'ada')).kind;
  return { upstream, refresh, used, lines, refused, state };
}

describe('a provider with two secrets', () => {
  it.each([
    ['invalid_client', { status: 401, error: 'invalid_client' }],
    ['unauthorized_client', { status: 400, error: 'unauthorized_client' }],
    ['a code of its own with 401', { status: 401, error: 'access_denied' }],
  ])('gets the other one where it refuses the first: %s', async (_, refusal) => {
    const configured = { authentication: post('new'), otherAuthentication: post('old') };
    const { refresh, used, lines, refused } = atProvider(configured, ['old'], refusal);
    expect(await refresh()).toBe('refreshed');
    expect(used).toEqual(['new', 'old']);
    // From then on, the accepted one comes first.
    expect(await refresh()).toBe('refreshed');
    expect(used).toEqual(['new', 'old', 'old']);
    expect(lines).toEqual([
      expect.objectContaining({
        event: 'client_credentials_refused',
        upstream: 'p',
        status: refusal.status,
        used: 'second',
      }),
    ]);
    expect(refused).toEqual([]);
  });

  it('changes over when the provider does, without a reload', async () => {
    const configured = { authentication: post('new'), otherAuthentication: post('old') };
    const { refresh, used, state } = atProvider(configured, ['old']);
    await refresh();
    state.accepted = ['new', 'old'];
    await refresh();
    state.accepted = ['new'];
    expect(await refresh()).toBe('refreshed');
    expect(await refresh()).toBe('refreshed');
    expect(used).toEqual(['new', 'old', 'old', 'old', 'new', 'new']);
  });

  it('is refused where it accepts neither, and operators are told', async () => {
    const configured = { authentication: post('new'), otherAuthentication: post('old') };
    const { refresh, refused, lines } = atProvider(configured, []);
    expect(await refresh()).toBe('refused');
    expect(refused).toEqual(['refresh']);
    expect(lines).toEqual([]);
  });

  it.each([429, 403, 503])('takes an answer %i to the other one for no sign that it is right', async (status) => {
    const configured = { authentication: post('new'), otherAuthentication: post('old') };
    const { refresh, used, lines, state } = atProvider(configured, ['old']);
    state.answer = new Response('<h1>No</h1>', { status });
    await refresh();
    await refresh();
    expect(used).toEqual(['new', 'old', 'new', 'old']);
    expect(lines).toEqual([]);
  });

  it('has accepted the first one if it says that the grant is over, whatever the status', async () => {
    const configured = { authentication: post('new'), otherAuthentication: post('old') };
    const { refresh, used, refused, state } = atProvider(configured, ['new']);
    state.answer = Response.json({ error: 'invalid_grant' }, { status: 401 });
    expect(await refresh()).toBe('ended');
    expect(used).toEqual(['new']);
    expect(refused).toEqual([]);
  });

  it('revokes with the other one, too', async () => {
    const configured = { authentication: post('new'), otherAuthentication: post('old') };
    const { upstream, used, state } = atProvider(configured, ['old']);
    state.answer = new Response(null, { status: 200 });
    expect(await upstream.revoke('rt')).toBe(true);
    expect(used).toEqual(['new', 'old']);
  });

  it('can move from a secret to a key', async () => {
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    const key: ClientAuthentication = { method: 'private_key_jwt', pem: String(pem) };
    const { refresh, used } = atProvider({ authentication: key, otherAuthentication: post('old') }, ['old']);
    expect(await refresh()).toBe('refreshed');
    expect(used).toEqual(['kid:assertion', 'old']);
  });
});

it('a single secret is sent once', async () => {
  const { refresh, used } = atProvider({ authentication: post('wrong') }, ['right']);
  expect(await refresh()).toBe('refused');
  expect(used).toEqual(['wrong']);
});

it('a reload replaces the secrets, and starts with the first of them', async () => {
  const { refresh, used, state } = atProvider({ authentication: post('new'), otherAuthentication: post('old') }, [
    'old',
  ]);
  await refresh();
  state.configured = { authentication: post('newer'), otherAuthentication: post('old') };
  state.accepted = ['newer', 'old'];
  await refresh();
  expect(used).toEqual(['new', 'old', 'newer']);
});
