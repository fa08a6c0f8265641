import { chromeExtensionId, demoFirefoxId } from './extension-key.ts';

export const brokerClientId = 'latchkey-broker';

/**
 * The settings that every broker on this machine has, for `latchkey.yaml`: loopback only, SQLite, one provider, the
 * extension of this key. Paths are relative to the file's folder.
 *
 * @param upstream the provider's name in the configuration; groups are written `NAME:staff`
 */
export const localBroker = (
  { idp, broker }: Record<'idp' | 'broker', string>,
  ports: Record<'broker' | 'admin', number>,
  upstream: string,
  extensionKey: string,
) => ({
  issuer: broker,
  listen: `127.0.0.1:${ports.broker}`,
  admin_listen: `127.0.0.1:${ports.admin}`,
  store: 'sqlite:./latchkey.db',
  // All requests come from one address, and programs and pages that reload send many.
  rate_limit_factor: 20,
  keys_file: './keys',
  upstreams: {
    [upstream]: {
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
});
