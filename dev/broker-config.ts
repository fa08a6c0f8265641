import { stringify } from 'yaml';
import { brokerClientId } from '../demo/config.ts';
import { chromeExtensionId, demoExtensionKey, demoFirefoxId } from '../demo/extension-key.ts';
import type { Settings } from './settings.ts';

/** What listens. `admin` is the broker's port for operators. */
export const parts = ['idp', 'broker', 'admin'] as const;
export type Ports = Record<(typeof parts)[number], number>;

/** Name of the identity provider in the broker's configuration; groups are written `dev:staff`. */
export const upstreamName = 'dev';

export const originsOf = (ports: Ports) => ({
  idp: `http://127.0.0.1:${ports.idp}`,
  broker: `http://localhost:${ports.broker}`,
});

/** The broker's `latchkey.yaml`. Its paths are relative to the folder of the state. */
export function brokerConfig(ports: Ports, { sections }: Settings): string {
  const { idp, broker } = originsOf(ports);
  const filled = Object.entries(sections).filter(([, entries]) => Object.keys(entries).length > 0);
  const config = {
    issuer: broker,
    listen: `127.0.0.1:${ports.broker}`,
    admin_listen: `127.0.0.1:${ports.admin}`,
    store: 'sqlite:./latchkey.db',
    // All requests come from one address, and pages that reload on every change send many.
    rate_limit_factor: 20,
    keys_file: './keys',
    upstreams: {
      [upstreamName]: {
        issuer: idp,
        client_id: brokerClientId,
        client_secret_file: './client-secret',
        scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
      },
    },
    extension: {
      chrome_ids: [chromeExtensionId(demoExtensionKey)],
      firefox_ids: [demoFirefoxId],
      chrome_key: demoExtensionKey,
    },
    ...Object.fromEntries(filled),
  };
  return `# Written by latchkey dev, at each start: changes made here are lost.\n${stringify(config, { lineWidth: 0 })}`;
}
