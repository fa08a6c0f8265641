import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { openStream } from '../events/stream.ts';
import { createStreams } from '../events/streams.ts';

/**
 * `GET /session/events`: `revoked`, `consent` and `policy` as they happen (server-sent events). Events carry
 * no data: they say when to ask. `Last-Event-ID` resumes.
 */
export function sessionEvents(deps: Deps) {
  const streams = createStreams();
  return (c: BrokerContext) => {
    const last = /^\d{1,15}$/.exec(c.req.header('Last-Event-ID') ?? '')?.[0];
    return c.body(openStream(deps, streams, c.get('session').row, last === undefined ? undefined : Number(last)), 200, {
      'Content-Type': 'text/event-stream',
      // nginx would hold events back until its buffer is full.
      'X-Accel-Buffering': 'no',
    });
  };
}
