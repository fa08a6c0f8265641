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
  { config: { upstreams }, signers }: Pick<Deps, 'config' | 'signers'>,
  name = '',
): { config: UpstreamConfig } & HookSigners {
  // The secret of a hook can be replaced by a reload.
  const config = upstreams.get(name);
  const found = signers.get(name);
  if (!config || !found) throw new OAuthError('not_found', 'no provider with this name is configured');
  return { config, ...found };
}
