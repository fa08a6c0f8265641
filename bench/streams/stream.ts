import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One open event stream of a browser. */
export interface OpenStream {
  /** Resolves with the arrival of `revoked`, in milliseconds of `performance.now()`. */
  revoked: Promise<number>;
  close(): void;
}

/**
 * Opens a stream over a plain socket: 10,000 of them must cost this process little.
 *
 * @param request the bytes of `GET /session/events`
 * @returns once the broker has sent the first bytes of the stream
 */
export async function openEventStream(port: number, request: Buffer): Promise<OpenStream> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.setEncoding('latin1');
  await once(socket, 'connect');
  socket.write(request);
  const head = await firstText(socket);
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`/session/events answered ${head.slice(0, 300)}`);
  const { promise: revoked, resolve } = Promise.withResolvers<number>();
  let tail = '';
  socket.on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-200);
    if (tail.includes('event: revoked')) resolve(performance.now());
  });
  // The broker may cut a stream after its last event.
  socket.on('error', () => undefined);
  return { revoked, close: () => void socket.destroy() };
}

async function firstText(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [string];
  return chunk;
}
