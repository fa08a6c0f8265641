import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';

/** `GET /jwks` (RFC 7517). Verifiers cache it for five minutes, and `next` is published long before it signs. */
export function jwks({ keys }: Pick<Deps, 'keys'>) {
  return async (c: BrokerContext) => {
    c.header('Cache-Control', 'public, max-age=300');
    c.header('Access-Control-Allow-Origin', '*');
    return c.json(await keys.published());
  };
}
