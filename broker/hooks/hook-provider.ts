import type { UpstreamConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import type { HookSigners } from './signer.ts';

/**
 * Returns the provider named in the path.
 *
 * @throws {OAuthError} `not_found`
 */
export function hookProvider(
  { upstreams, signers }: Pick<Deps, 'upstreams' | 'signers'>,
  name = '',
): { config: UpstreamConfig } & HookSigners {
  const config = upstreams.get(name)?.config;
  const found = signers.get(name);
  if (!config || !found) throw new OAuthError('not_found', 'no provider with this name is configured');
  return { config, ...found };
}
