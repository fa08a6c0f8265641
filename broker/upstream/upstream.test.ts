import { describe, expect, it } from 'vitest';
import type { Offline } from './types.ts';
import { createUpstream } from './upstream.ts';

const issuer = 'https://p.example';
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
};

async function parametersOf(preset: string, more: { prompt?: string; offline?: Offline } = {}, known = {}) {
  const upstream = createUpstream({
    config: {
      name: 'p',
      issuer,
      clientId: 'c',
      authentication: { method: 'client_secret_basic', secret: 's' },
      scopes: ['openid', 'offline_access'],
      preset,
      refreshLeewayMs: 0,
      groupsClaim: 'groups',
      authorizationParams: {},
      hooks: { oktaEventsSecret: undefined, revocationIssuer: undefined },
    },
    fetch: async () => Response.json({ ...metadata, ...known }),
    now: () => 0,
    log: { warn() {} },
    refusals: { refused() {}, accepted() {} },
  });
  const input = {
    redirectUri: 'https://r.example/',
    state: 's',
    offline: 'device' as Offline,
    ...more,
  };
  return new URL((await upstream.authorizationUrl(input)).url).searchParams;
}

describe('what is asked of each provider', () => {
  it.each([
    ['generic', null, 'openid offline_access'],
    ['okta', null, 'openid offline_access'],
    ['keycloak', null, 'openid offline_access'],
    ['google', 'consent', 'openid'],
    ['oidc-provider', 'consent', 'openid offline_access'],
  ])('%s: for a lasting grant', async (preset, prompt, scope) => {
    const parameters = await parametersOf(preset);
    expect(parameters.get('prompt')).toBe(prompt);
    expect(parameters.get('scope')).toBe(scope);
    expect(parameters.get('access_type')).toBe(preset === 'google' ? 'offline' : null);
  });

  it.each([
    ['generic', 'openid offline_access'],
    ['keycloak', 'openid'],
  ])('%s: for a browser', async (preset, scope) => {
    expect((await parametersOf(preset, { offline: 'browser' })).get('scope')).toBe(scope);
  });

  it.each([
    ['generic', 'login'],
    ['google', 'select_account'],
  ])('%s: for a new sign-in', async (preset, prompt) => {
    expect((await parametersOf(preset, { prompt: 'login', offline: false })).get('prompt')).toBe(prompt);
  });

  it.each([
    ['generic', 'login'],
    ['okta', 'login'],
    ['entra', 'select_account'],
    ['google', 'select_account'],
  ])('%s: for another account', async (preset, prompt) => {
    const asked = { prompt: 'select_account', offline: false } as const;
    expect((await parametersOf(preset, asked)).get('prompt')).toBe(prompt);
    const known = { prompt_values_supported: ['login', 'select_account'] };
    expect((await parametersOf(preset, asked, known)).get('prompt')).toBe('select_account');
  });

  it('silence, which stands alone', async () => {
    expect((await parametersOf('google', { prompt: 'none' })).get('prompt')).toBe('none');
  });
});
