import { once } from 'node:events';
import { connect } from 'node:net';

export interface Answer {
  status: number;
  body: string;
}

/** One kept-alive HTTP/1.1 connection, one request at a time. */
export interface Connection {
  /** @param request the bytes of a whole request */
  exchange(request: Buffer): Promise<Answer>;
  close(): void;
}

const silenceMs = 10_000;

/**
 * Connects to a port on loopback. This client exists because `fetch` and `node:http` cost more than the bare
 * server. The bench would measure them, and every ratio would look better than it is.
 */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let received = '';
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  const fail = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.setTimeout(silenceMs, () => socket.destroy(new Error(`no answer within ${silenceMs} ms`)));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed the connection')));
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    try {
      const answer = parseAnswer(received);
      if (!answer) return;
      received = '';
      waiting?.resolve(answer);
      waiting = undefined;
    } catch (error) {
      fail(error as Error);
    }
  });

  return {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => void socket.destroy(),
  };
}

/**
 * Reads one answer, with a `Content-Length`, in chunks, or without a body (204).
 *
 * @returns `undefined` while the answer is incomplete
 */
export function parseAnswer(text: string): Answer | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = text.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const rest = text.slice(headEnd + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return rest.length < Number(length) ? undefined : { status, body: rest };
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const body = joinChunks(rest);
    return body === undefined ? undefined : { status, body };
  }
  if (status === 204) return { status, body: '' };
  throw new Error(`an answer without Content-Length: ${head}`);
}

/** @returns the body (RFC 9112 §7.1), or `undefined` while its last chunk is missing */
function joinChunks(text: string): string | undefined {
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (text.length < next) return undefined;
    if (size === 0) return body;
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = next;
  }
}
