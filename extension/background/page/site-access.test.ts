import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import { describe, expect, it } from 'vitest';
import { answer, shop } from '../../../test/extension/fake-broker.ts';
import { createManagedPolicy } from '../../protocol/managed-policy.ts';
import { createSiteAccess } from './site-access.ts';

const admit = (
  policy: Record<string, unknown>,
  broker = 'https://latchkey.test',
  isReachable = true,
  current = async () => answer([]) as SessionAnswer | undefined,
) =>
  createSiteAccess({
    sites: ['https://baked.test', 'http://localhost:3000'],
    broker: async () => broker,
    managed: createManagedPolicy(async () => policy),
    isReachable: async () => isReachable,
    isTurnedOn: async (origin) => origin === shop,
    current,
  });
const page = (origin: string, more: object = {}) => ({ origin, tabId: 1, document: 'd', ...more });
const refused = expect.objectContaining({ code: 'policy_denied' });

describe('who may call', () => {
  it('are the sites of the build and those of the broker, and nobody else', async () => {
    await admit({})(page('https://baked.test'));
    await admit({})(page(shop));
    await expect(admit({})(page(`${shop}:8443`))).rejects.toEqual(refused);
    await expect(admit({})(page(`${shop}.evil.test`))).rejects.toEqual(refused);
  });

  it('are, while nobody is signed in, the sites of the build and those that the person has turned on', async () => {
    const signedOut = admit({}, undefined, true, async () => undefined);
    await signedOut(page('https://baked.test'));
    await signedOut(page(shop));
    await expect(signedOut(page('https://other.test'))).rejects.toEqual(refused);
    await expect(admit({ denied_sites: [shop] }, undefined, true, async () => undefined)(page(shop))).rejects.toEqual(
      refused,
    );
  });

  it('is no site that the person has turned on and the broker does not name', async () => {
    const session = { ...answer([]), policy: { sites: [] } };
    await expect(admit({}, undefined, true, async () => session)(page(shop))).rejects.toEqual(refused);
  });

  it('is nobody where the browser no longer lets the extension in, though the bridge may still be in the page', async () => {
    await expect(admit({}, undefined, false)(page(shop))).rejects.toEqual(refused);
  });

  it('is nobody whom the policy of the machine denies', async () => {
    await expect(admit({ denied_sites: [7, shop] })(page(shop))).rejects.toEqual(refused);
    await expect(admit({ denied_sites: ['https://baked.test'] })(page('https://baked.test'))).rejects.toEqual(refused);
    await admit({ denied_sites: ['https://*.test'] })(page(shop));
  });

  it('is no page of a private window or a container, unless the policy allows them', async () => {
    for (const partition of ['private window', 'container'] as const) {
      await expect(admit({})(page(shop, { partition }))).rejects.toThrow(`in a ${partition}`);
      await admit({ private_windows: 'allow' })(page(shop, { partition }));
      await expect(admit({ private_windows: 'anything' })(page(shop, { partition }))).rejects.toEqual(refused);
    }
  });

  it('is an http page only beside a broker on this machine', async () => {
    await admit({}, 'http://localhost:8787')(page('http://localhost:3000'));
    await expect(admit({})(page('http://localhost:3000'))).rejects.toEqual(refused);
  });
});
