import { setTimeout as sleep } from 'node:timers/promises';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import { neededHeaders, type ProbeReport, probeHeader, probeLifeMs, readProbe } from '../doctor/probe.ts';
import type { BrokerContext, Env } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import { StoreUnavailableError } from '../store/store.ts';

/**
 * Answers `latchkey doctor` at `GET /session/events`: at this path, because proxies often treat the event stream
 * differently from the rest. The first event says what arrived, and the second one comes later, so that the doctor sees
 * whether events arrive as they are sent. Requests without a probe go on.
 */
export function answerProbe({ ring, store, now }: Pick<Deps, 'ring' | 'store' | 'now'>): MiddlewareHandler<Env> {
  return async function answerProbeMiddleware(c, next) {
    const given = c.req.header(probeHeader);
    if (given === undefined) return next();
    const probe = readProbe(ring, given, now());
    if (!probe) {
      throw new OAuthError(
        'invalid_request',
        `${probeHeader} is not signed with this broker's key file, or its time is more than a minute off`,
      );
    }
    if (!(await isFirst(store, given, now()))) {
      throw new OAuthError('invalid_request', `this ${probeHeader} was used already: run latchkey doctor again`);
    }
    return c.body(streamOf(reportOn(c), probe.holdMs), 200, {
      'Content-Type': 'text/event-stream',
      'X-Accel-Buffering': 'no',
    });
  };
}

/**
 * A probe that a proxy has logged must not show others what the operator sees. Without a store, the diagnosis is worth more:
 * nobody but the operator can take the store away.
 */
async function isFirst(store: Deps['store'], probe: string, now: number): Promise<boolean> {
  try {
    return await store.rememberOnce(`probe:${sha256(probe)}`, now + 2 * probeLifeMs, now);
  } catch (error) {
    if (error instanceof StoreUnavailableError) return true;
    throw error;
  }
}

const reportOn = (c: BrokerContext): ProbeReport => ({
  peer: getConnInfo(c).remote.address ?? '',
  trusted: c.get('fromTrustedProxy'),
  address: c.get('address'),
  forwarded_for: c.req.header('X-Forwarded-For') ?? null,
  received: neededHeaders.filter((name) => c.req.header(name) !== undefined),
});

function streamOf(report: ProbeReport, holdMs: number): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  const gone = new AbortController();
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(text.encode(`event: probe\ndata: ${JSON.stringify(report)}\n\n`));
      try {
        await sleep(holdMs, undefined, { signal: gone.signal, ref: false });
        controller.enqueue(text.encode('event: end\ndata: {}\n\n'));
        controller.close();
      } catch {
        // The doctor has disconnected.
      }
    },
    cancel: () => gone.abort(),
  });
}
