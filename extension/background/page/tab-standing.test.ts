import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import { describe, expect, it } from 'vitest';
import { ada, answer, api, shop } from '../../../test/extension/fake-broker.ts';
import { createTabStanding } from './tab-standing.ts';

const allowed = answer([{ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 }]);

const standing = (
  known: SessionAnswer | undefined,
  more: { origin?: string; isApart?: boolean; asking?: boolean; denied?: string[]; lapsed?: boolean } = {},
) =>
  createTabStanding({
    managed: async () => ({ denied_sites: more.denied ?? [], private_windows: 'refuse' }),
    sessionAt: async () => ({
      known: async () => known,
      lapsed: async () => (more.lapsed ? { account: ada, over: true } : undefined),
    }),
    isAsking: async () => more.asking ?? false,
  })({ tabId: 7, origin: more.origin ?? shop, isApart: more.isApart ?? false });

describe('a page in a tab', () => {
  it.each([
    ['has access', 'connected', standing(allowed)],
    ['has none', 'not_connected', standing(answer([]))],
    ['waits for an answer, whatever it has', 'asking', standing(allowed, { asking: true })],
    ['was blocked by the user', 'blocked', standing(answer([], ada, [{ origin: shop, refused_at: 1 }]))],
    ['is denied by the policy of this computer', 'blocked', standing(allowed, { denied: [shop] })],
    ['is in a private window, where sites get nothing', 'blocked', standing(allowed, { isApart: true })],
    ['has an account that must sign in again', 'reauth', standing(undefined, { lapsed: true })],
    ['is no site', undefined, standing(allowed, { origin: 'https://bank.test' })],
    ['says nothing while nobody is signed in', undefined, standing(undefined)],
  ] as const)('%s', async (_, expected, found) => {
    expect(await found).toBe(expected);
  });
});
