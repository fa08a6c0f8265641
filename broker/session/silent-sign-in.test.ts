import { describe, expect, it } from 'vitest';
import { presetOf } from '../config/provider-presets.ts';
import type { Deps } from '../deps.ts';
import type { Identity, Upstream } from '../upstream/types.ts';
import { requireSilentOutcome, requireSilentPossible } from './silent-sign-in.ts';

const identity = { issuer: 'https://idp.test', idpSub: 'ada' } as Identity;
const deps = {
  store: { getPerson: async (sub: string) => (sub === 'p1' ? { issuer: identity.issuer, idpSub: 'ada' } : undefined) },
} as unknown as Deps;

function upstream(preset: string, scopes = ['openid', 'offline_access'], more: object = {}) {
  const revoked: string[] = [];
  const provider = {
    config: { scopes, ...more },
    preset: presetOf(preset),
    revoke: async (token: string) => {
      revoked.push(token);
      return true;
    },
  } as unknown as Upstream;
  return { provider, revoked };
}

describe('a silent sign-in', () => {
  it.each(['google', 'oidc-provider'])('is not begun at a provider that gives no grant with it (%s)', (preset) => {
    expect(() => requireSilentPossible(upstream(preset).provider, 'p1')).toThrow(
      expect.objectContaining({ code: 'interaction_required' }),
    );
  });

  it('is not begun where the configuration turns it off', () => {
    for (const [silent, begins] of [
      ['off', false],
      ['on', true],
    ] as const) {
      const { provider } = upstream('keycloak', ['openid'], { silent });
      const begin = () => requireSilentPossible(provider, 'p1');
      if (begins) expect(begin()).toBe('p1');
      else expect(begin).toThrow(expect.objectContaining({ code: 'interaction_required' }));
    }
  });

  it.each(['generic', 'okta', 'auth0', 'entra', 'keycloak'])('is begun at others (%s), for one account', (preset) => {
    const { provider } = upstream(preset);
    expect(requireSilentPossible(provider, 'p1')).toBe('p1');
    expect(() => requireSilentPossible(provider, undefined)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  it('without the refresh token that an ordinary one brings, it is refused', async () => {
    const { provider } = upstream('generic');
    await expect(
      requireSilentOutcome(deps, provider, 'p1', { identity, refreshToken: undefined }),
    ).rejects.toMatchObject({ code: 'interaction_required' });
    await requireSilentOutcome(deps, provider, 'p1', { identity, refreshToken: 'r' });
  });

  it('where ordinary ones bring none either, it is as good as they are', async () => {
    const { provider } = upstream('generic', ['openid']);
    await requireSilentOutcome(deps, provider, 'p1', { identity, refreshToken: undefined });
  });

  it.each([
    ['generic', []],
    ['okta', ['r']],
  ])('another account’s grant is refused, and given back where that ends nothing else (%s)', async (preset, given) => {
    const { provider, revoked } = upstream(preset);
    for (const [sub, idpSub] of [
      ['p1', 'grace'],
      ['p2', 'ada'],
    ] as const) {
      const other = { identity: { ...identity, idpSub }, refreshToken: 'r' };
      await expect(requireSilentOutcome(deps, provider, sub, other)).rejects.toMatchObject({
        code: 'account_selection_required',
      });
    }
    expect(revoked).toEqual([...given, ...given]);
  });
});
