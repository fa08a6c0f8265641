import { stringify } from 'yaml';
import { demoExtensionKey } from './extension-key.ts';
import { localBroker } from './local-broker.ts';
import { originsOf, type Part } from './ports.ts';

/** Name of the demo's identity provider in the broker's configuration; groups are written `example:staff`. */
export const upstreamName = 'example';
export const deviceClients = ['tv', 'cli'] as const;

/** The demo's `latchkey.yaml`. Its paths are relative to its folder. Lifetimes are short, so that people see a token expire. */
export function demoConfig(ports: Record<Part, number>, extensionKey = demoExtensionKey): string {
  const origins = originsOf(ports);
  const { shop, notes, api } = origins;
  const read = { [api]: ['orders:read'] };
  const readAndWrite = { [api]: ['orders:read', 'orders:write'] };
  const config = {
    ...localBroker(origins, ports, upstreamName, extensionKey),
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
      cli: { name: 'Command line', allow: readAndWrite, session: '30d', grant: 'both', number_matching: true },
    },
  };
  return `# Written by \`npm run demo\`, at each start: changes made here are lost.\n${stringify(config, { lineWidth: 0 })}`;
}
