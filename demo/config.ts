import { stringify } from 'yaml';
import { chromeExtensionId, demoExtensionKey, demoFirefoxId } from './extension-key.ts';
import { originsOf, type Part } from './ports.ts';

/** Name of the demo's identity provider in the broker's configuration; groups are written `example:staff`. */
export const upstreamName = 'example';
export const brokerClientId = 'latchkey-broker';
export const deviceClients = ['tv', 'cli'] as const;

/** The demo's `latchkey.yaml`. Its paths are relative to its folder. Lifetimes are short, so that people see a token expire. */
export function demoConfig(ports: Record<Part, number>, extensionKey = demoExtensionKey): string {
  const { idp, broker, shop, notes, api } = originsOf(ports);
  const read = { [api]: ['orders:read'] };
  const readAndWrite = { [api]: ['orders:read', 'orders:write'] };
  const config = {
    issuer: broker,
    listen: `127.0.0.1:${ports.broker}`,
    admin_listen: `127.0.0.1:${ports.admin}`,
    store: 'sqlite:./latchkey.db',
    // All requests of the demo come from one address, and programs that drive it send many.
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
      chrome_ids: [chromeExtensionId(extensionKey)],
      firefox_ids: [demoFirefoxId],
      chrome_key: extensionKey,
    },
    resources: {
      [api]: {
        name: 'Orders API',
        scopes: { 'orders:read': 'See your orders', 'orders:write': 'Change your orders' },
        lifetime: '10s',
        fresh: '15s',
        groups: 'all',
      },
    },
    origins: {
      [shop]: { name: 'Shop', allow: readAndWrite, groups: [`${upstreamName}:staff`], consent: 'ask' },
      [notes]: { name: 'Delivery notes', allow: read, consent: 'granted' },
    },
    devices: {
      tv: { name: 'Living-room TV', allow: read, session: '90d' },
      cli: { name: 'Command line', allow: readAndWrite, session: '30d', grant: 'both' },
    },
  };
  return `# Written by \`npm run demo\`, at each start: changes made here are lost.\n${stringify(config, { lineWidth: 0 })}`;
}
