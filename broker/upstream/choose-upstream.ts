import { OAuthError } from '../errors.ts';
import type { Upstream } from './types.ts';

/** Returns the named provider, or the first configured one if no name is given. */
export function chooseUpstream(
  { upstreams }: { upstreams: ReadonlyMap<string, Upstream> },
  name: string | undefined,
): Upstream {
  const [first] = upstreams.values();
  const chosen = name === undefined ? first : upstreams.get(name);
  if (!chosen)
    throw new OAuthError('invalid_request', `unknown provider; available: ${[...upstreams.keys()].join(', ')}`);
  return chosen;
}
