import {
  chromeExtensionId,
  chromeRedirectUri,
  demoExtensionKey,
  demoFirefoxId,
  firefoxRedirectUri,
} from './extension-key.ts';
import type { IdpOptions } from './idp/idp.ts';
import { brokerClientId } from './local-broker.ts';

/**
 * The broker, as a client of the identity provider.
 *
 * @param upstream the provider's name in the broker's configuration
 */
export const brokerAsClient = (
  broker: string,
  upstream: string,
  secret: string,
  extensionKey = demoExtensionKey,
): IdpOptions['client'] => ({
  id: brokerClientId,
  secret,
  redirectUris: [
    chromeRedirectUri(chromeExtensionId(extensionKey)),
    firefoxRedirectUri(demoFirefoxId),
    `${broker}/callback`,
  ],
  postLogoutRedirectUris: [`${broker}/signout`],
  backchannelLogoutUri: `${broker}/hooks/${upstream}/backchannel-logout`,
});
