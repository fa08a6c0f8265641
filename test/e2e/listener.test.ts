import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { type Listener, openListener } from '../../broker/listener.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function connectTo({ address: { port } }: Listener): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

const anyPort = { host: '127.0.0.1', port: 0 };

it('tells clients and proxies how long it keeps idle connections', async () => {
  const listener = await openListener(() => new Response('ok'), anyPort, { keepAliveMs: 70_000 });
  const answer = await fetch(`http://127.0.0.1:${listener.address.port}`);
  await answer.text();
  expect(answer.headers.get('Keep-Alive')).toBe('timeout=70');
  await listener.close();
});

it('closes at once what asked nothing, and waits for requests alone', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const listener = await openListener(
    (request) => {
      if (new URL(request.url).pathname === '/quick') return new Response('quick');
      asked.resolve();
      return answer.promise;
    },
    anyPort,
    { keepAliveMs: 75_000 },
  );
  const silent = await connectTo(listener);
  const half = await connectTo(listener);
  half.write('GET / HTTP/1.1\r\nHost: lo');
  const answered = await connectTo(listener);
  answered.write('GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(answered, 'data');
  const pending = await connectTo(listener);
  pending.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await asked.promise;

  const closed = listener.close();
  await Promise.all(
    [silent, answered, half].map((socket) => once(socket.on('error', () => undefined).resume(), 'close')),
  );
  expect(pending.closed).toBe(false);
  answer.resolve(new Response('done'));
  expect(await text(pending)).toMatch(/Connection: close.*done$/is);
  await closed;
});

it('lets the rest of a request arrive that had begun before', async () => {
  const listener = await openListener(() => new Response('done'), anyPort, { keepAliveMs: 75_000 });
  const half = await connectTo(listener);
  half.write('GET / HTTP/1.1\r\nHost: lo');
  // The server has read it once it has answered a later connection.
  await (await fetch(`http://127.0.0.1:${listener.address.port}`)).text();
  const closed = listener.close();
  half.write('calhost\r\n\r\n');
  expect(await text(half)).toMatch(/^HTTP\/1\.1 200 .*done$/s);
  await closed;
});

it('never takes a request for the body that a proxy has announced for a GET and not sent', async () => {
  const listener = await openListener(() => new Response('ok'), anyPort, { keepAliveMs: 75_000 });
  const socket = await connectTo(listener);
  socket.write('GET /verify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n');
  // The proxy opens another connection for its next request.
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 .*Connection: close.*ok$/is);
  await listener.close();
});

it('fails with the address that is in use', async () => {
  const listener = await openListener(() => new Response('ok'), anyPort, { keepAliveMs: 75_000 });
  const { port } = listener.address;
  await expect(
    openListener(() => new Response('ok'), { ...anyPort, port }, { keepAliveMs: 75_000 }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  await listener.close();
});
