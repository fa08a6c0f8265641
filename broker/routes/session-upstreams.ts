import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';

/** `GET /session/upstreams` lists the names of the providers, for sign-ins with a choice. The first is the default. */
export function sessionUpstreams({ upstreams }: Pick<Deps, 'upstreams'>) {
  return (c: BrokerContext) => c.json({ upstreams: [...upstreams.keys()] });
}
