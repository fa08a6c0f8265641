import { stringify } from 'yaml';
import { demoExtensionKey } from '../demo/extension-key.ts';
import { localBroker } from '../demo/local-broker.ts';
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
  const filled = Object.entries(sections).filter(([, entries]) => Object.keys(entries).length > 0);
  const config = {
    ...localBroker(originsOf(ports), ports, upstreamName, demoExtensionKey),
    ...Object.fromEntries(filled),
  };
  return `# Written by latchkey dev, at each start: changes made here are lost.\n${stringify(config, { lineWidth: 0 })}`;
}
