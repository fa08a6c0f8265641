import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';

/** `GET /session/upstreams`: the names of the providers, for whoever signs in and has a choice. The first is the usual one. */
export function sessionUpstreams({ upstreams }: Pick<Deps, 'upstreams'>) {
  return (c: BrokerContext) => c.json({ upstreams: [...upstreams.keys()] });
}
