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

it.each([
  ['one that never ends', () => 'x'.repeat(1_000)],
  ['many lines without an empty one', () => 'id: 1\ndata: x\n'],
])('gives up a stream with a block that is too long: %s', async (_what, more) => {
  let sent = 0;
  let canceled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = new TextEncoder().encode(more());
      sent += chunk.length;
      controller.enqueue(chunk);
    },
    cancel() {
      canceled = true;
    },
  });
  await expect(read(body)).rejects.toThrow('too long');
  expect(sent).toBeLessThan(100_000);
  await expect.poll(() => canceled).toBe(true);
});

it.each(['é', '\u0000', 'a b', 'x'.repeat(65)])('leaves out an id that no header can carry: %j', async (id) => {
  expect(await read(stream(`event: policy\nid: ${id}\n\n`))).toEqual([{ event: 'policy' }]);
});
