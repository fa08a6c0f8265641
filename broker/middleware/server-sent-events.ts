import type { EventSink } from '../events/follow-session.ts';

/**
 * The maximum number of chunks that may wait for a client. A client that does not read is gone, or reconnects and
 * catches up.
 */
const maxWaiting = 64;

/**
 * Creates the body of a server-sent events response (WHATWG HTML §9.2). Events carry no data and only tell the client
 * to ask again.
 *
 * @param follow writes to `to` until it calls `end`, at the latest when `gone` is aborted
 */
export function serverSentEvents(
  follow: (stream: { to: EventSink; gone: AbortSignal }) => Promise<void>,
): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  const client = new AbortController();

  return new ReadableStream<Uint8Array>({
    start(controller) {
      let isOver = false;
      const send = (chunk: string): void => {
        if (!isOver && (controller.desiredSize ?? 0) < -maxWaiting) client.abort();
        if (!isOver) controller.enqueue(text.encode(chunk));
      };
      return follow({
        gone: client.signal,
        to: {
          open: () => send('retry: 1000\n\n'),
          event: (name, id) => send(`event: ${name}\nid: ${id}\ndata: {}\n\n`),
          // An ID without data fires no event. It gives a client that has received no event a position to resume from.
          alive: (id) => send(`: alive\nid: ${id}\n\n`),
          end() {
            isOver = true;
            try {
              controller.close();
            } catch {
              // The client disconnected first.
            }
          },
        },
      });
    },
    cancel: () => client.abort(),
  });
}
