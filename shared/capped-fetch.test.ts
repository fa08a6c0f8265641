import { expect, it } from 'vitest';
import { cappedFetch } from './capped-fetch.ts';

const answering = (body: BodyInit | null, init?: ResponseInit) =>
  cappedFetch(async () => new Response(body, init), 1_000)('https://provider.example/');

it('passes on what is within the limit, with status and headers', async () => {
  const response = await answering('x'.repeat(1_000), { status: 400, headers: { 'X-Kept': 'yes' } });
  expect(response.status).toBe(400);
  expect(response.headers.get('X-Kept')).toBe('yes');
  expect(await response.text()).toHaveLength(1_000);
});

it('passes on a response without a body', async () => {
  expect((await answering(null, { status: 204 })).status).toBe(204);
});

it('stops reading at the limit, however much there is', async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 100;
      controller.enqueue(new Uint8Array(100));
    },
  });
  await expect((await answering(endless)).text()).rejects.toThrow('larger than 1000 bytes');
  expect(sent).toBeLessThan(2_000);
});

it('counts what a compressed body becomes', async () => {
  const bomb = new Blob([new Uint8Array(1_000_000)])
    .stream()
    .pipeThrough(new CompressionStream('gzip'))
    .pipeThrough(new DecompressionStream('gzip'));
  await expect((await answering(bomb)).text()).rejects.toThrow('larger than');
});
