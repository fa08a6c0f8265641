import { expect, it } from 'vitest';
import { readServerEvents } from './server-events.ts';

const stream = (...chunks: string[]) => new Response(new Blob(chunks)).body as ReadableStream<Uint8Array>;

async function read(body: ReadableStream<Uint8Array>) {
  const events = [];
  for await (const event of readServerEvents(body)) events.push(event);
  return events;
}

it('reads events, ids, and heartbeats that have but an id', async () => {
  const text = 'retry: 1000\n\n: alive\nid: 7\n\nevent: policy\nid: 8\ndata: {}\n\nevent: revoked\nid: 9\ndata: {}\n\n';
  expect(await read(stream(text))).toEqual([
    {},
    { id: '7' },
    { event: 'policy', id: '8' },
    { event: 'revoked', id: '9' },
  ]);
});

it('puts together what arrives in pieces, and drops what never ends', async () => {
  const bytes = new TextEncoder().encode('event: consent\nid: 1\ndata: {}\n\nevent: rev');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await read(body)).toEqual([{ event: 'consent', id: '1' }]);
});
