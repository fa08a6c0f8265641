import type { Paths } from './operation.ts';
import { apiPaths } from './paths/apis.ts';
import { assetPaths } from './paths/assets.ts';
import { clientPaths } from './paths/clients.ts';
import { extensionPaths } from './paths/extension.ts';
import { gatewayPaths } from './paths/gateways.ts';
import { peoplePaths } from './paths/people.ts';
import { providerPaths } from './paths/provider.ts';

/** The broker's public surface, as in `app.ts`. */
export const paths: Paths = {
  ...extensionPaths,
  ...clientPaths,
  ...apiPaths,
  ...gatewayPaths,
  ...providerPaths,
  ...peoplePaths,
  ...assetPaths,
};
