import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { BrokerContext } from '../env.ts';
import type { EventSink } from '../events/follow-session.ts';

/** What a stream needs of Node's response. */
export type Destination = Pick<
  Writable,
  'write' | 'end' | 'destroy' | 'destroyed' | 'once' | 'writableLength' | 'writableEnded'
>;

/** Writes to a sink until it ends it, at the latest when the client has gone. */
export type Follow = (to: EventSink) => Promise<void>;

/**
 * The maximum number of bytes that may wait for a client: twice what is sent at once to one that missed 500 events. A
 * client that does not read is gone, or reconnects and catches up.
 */
const maxWaitingBytes = 65_536;

const begun = new WeakMap<ServerResponse, Follow>();

/**
 * Answers with server-sent events (WHATWG HTML §9.2). Events carry no data and only tell the client to ask again.
 * `startEventStreams` must be around the application.
 */
export function serverSentEvents(c: BrokerContext, follow: Follow): Response {
  begun.set((c.env as unknown as HttpBindings).outgoing as ServerResponse, follow);
  return c.body(null, 200, {
    'Content-Type': 'text/event-stream',
    // Without this header, nginx holds events back until its buffer is full.
    'X-Accel-Buffering': 'no',
  });
}

/**
 * Sends the head of a response that {@link serverSentEvents} has begun, and lets its stream write to Node's response. A
 * web stream, with the request and the response that it belongs to, would cost several times as much memory for each
 * open browser.
 *
 * @param response the application's answer, with all headers
 */
export function startEventStreams(response: Response, { incoming, outgoing }: HttpBindings): Response {
  const to = outgoing as ServerResponse;
  const follow = begun.get(to);
  if (!follow || response.status !== 200 || incoming.method !== 'GET') return response;
  to.setHeaders(response.headers);
  to.writeHead(200);
  to.flushHeaders();
  followOn(to, follow);
  return RESPONSE_ALREADY_SENT;
}

/** Follows until the end. A stream that can't begin is cut, so that the client reconnects. */
export function followOn(to: Destination, follow: Follow): void {
  follow(sinkOf(to)).catch(() => void to.destroy());
}

function sinkOf(to: Destination): EventSink {
  const send = (text: string): void => {
    if (to.destroyed || to.writableEnded) return;
    if (to.writableLength > maxWaitingBytes) to.destroy();
    else to.write(text);
  };
  return {
    open: () => send('retry: 1000\n\n'),
    event: (name, id) => send(`event: ${name}\nid: ${id}\ndata: {}\n\n`),
    // An ID without data fires no event. It gives a client that has received no event a position to resume from.
    alive: (id) => send(`: alive\nid: ${id}\n\n`),
    end: () => void to.end(),
    whenGone: (then) => void (to.destroyed ? then() : to.once('close', then)),
  };
}
