import { expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { brokerUrl } from '../../../test/extension/fake-broker.ts';
import { createManagedPolicy } from '../../protocol/managed-policy.ts';
import { settingsHandlers } from './settings-handlers.ts';

it('the settings show the broker, who chose it, what holds on this computer, and what can be reached', async () => {
  const parts = createBackground();
  const handlers = settingsHandlers({
    setup: {
      source: async () => ({ url: brokerUrl, source: 'person' }),
      isReachable: async () => true,
    },
    managed: createManagedPolicy(async () => ({ provider: 'okta', denied_sites: ['https://no.test', 7] })),
    profiles: parts.profiles,
    sites: { reachable: async () => [`${brokerUrl}/*`] },
    isBaked: false,
    directory: async () => ({ organization: { name: 'Acme' } }),
  });
  const shown = {
    organization: { name: 'Acme' },
    build: 'store',
    broker: { url: brokerUrl, source: 'person', reachable: true },
    policy: { provider: 'okta', denied_sites: ['https://no.test'], private_windows: 'refuse', sign_in_at_start: false },
    access: [`${brokerUrl}/*`],
  };
  expect(await handlers['settings.get']({})).toMatchObject({ ...shown, signedIn: false });
  await parts.signIn.run();
  expect(await handlers['settings.get']({})).toMatchObject({ ...shown, signedIn: true });
});
