import type { EventSink } from '../events/follow-session.ts';

/** So many chunks may wait for a client. One that doesn't read is gone, or comes back and catches up. */
const maxWaiting = 64;

/**
 * The body of an answer of server-sent events (WHATWG HTML §9.2). Events carry no data: they say when to ask.
 *
 * @param follow writes to `to` until it calls its `end`, which it does at the latest when `gone` is aborted
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
          // An id without data fires no event: it is where a client resumes that has had none.
          alive: (id) => send(`: alive\nid: ${id}\n\n`),
          end() {
            isOver = true;
            try {
              controller.close();
            } catch {
              // The client was first.
            }
          },
        },
      });
    },
    cancel: () => client.abort(),
  });
}
