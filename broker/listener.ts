import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer, type Http2Bindings, type HttpBindings } from '@hono/node-server';
import type { ListenAddress } from './config/types.ts';

/** An open port that answers HTTP. */
export interface Listener {
  /** The actual address. The configured port may be 0. */
  address: AddressInfo;
  /** Finishes pending requests, for at most {@link drainMs}. Connections without one are closed at once. */
  close(): Promise<void>;
}

/** How long pending requests may take at shutdown, in milliseconds. */
const drainMs = 10_000;
/** How long the rest of a request may take that had begun to arrive at shutdown, in milliseconds. */
const arrivalMs = 1_000;
/** The longest time for a request's headers, in milliseconds: Node's default for a whole request. */
const longestHeadersMs = 300_000;

/**
 * Listens, and answers with `fetch`.
 *
 * @param options `keepAliveMs` is how long an idle connection stays open. If that is shorter than at the proxy in front,
 *   the proxy sometimes sends a request into a connection that is being closed.
 * @throws {Error} from Node with `syscall`, `address` and `port`, for example `EADDRINUSE`
 */
export async function openListener(
  fetch: (request: Request, env: HttpBindings | Http2Bindings) => Response | Promise<Response>,
  { host, port }: ListenAddress,
  { keepAliveMs }: { keepAliveMs: number },
): Promise<Listener> {
  const server = createAdaptorServer({
    fetch,
    serverOptions: {
      keepAliveTimeout: keepAliveMs,
      // A connection that a proxy opens ahead of its first request may wait as long.
      headersTimeout: Math.min(Math.max(keepAliveMs + 5_000, 60_000), longestHeadersMs),
    },
  }) as Server;
  const connections = watchConnections(server);
  server.listen(port, host);
  await once(server, 'listening');
  return {
    address: server.address() as AddressInfo,
    async close() {
      const closed = once(server, 'close').then(() => 'closed' as const);
      server.close();
      connections.drain();
      const arrived = sleep(arrivalMs, undefined, { ref: false });
      if ((await Promise.race([closed, arrived])) !== 'closed') {
        connections.closeWithoutRequest();
        await Promise.race([closed, sleep(drainMs - arrivalMs, undefined, { ref: false })]);
      }
      server.closeAllConnections();
    },
  };
}

/** What is pending on a connection. */
interface Connection {
  pending: Set<ServerResponse>;
  /** `bytesRead` when the last request was answered. If it is higher now, another request has begun to arrive. */
  answeredAt: number;
}

/**
 * Watches connections. Node's own `closeIdleConnections` leaves those open that have never sent a request, as browsers and
 * load balancers hold them in reserve.
 */
function watchConnections(server: Server) {
  const open = new Map<Socket, Connection>();
  let isDraining = false;

  server.on('connection', (socket: Socket) => {
    open.set(socket, { pending: new Set(), answeredAt: 0 });
    socket.once('close', () => open.delete(socket));
  });
  server.prependListener('request', ({ socket, method, headers }: IncomingMessage, response: ServerResponse) => {
    // A gateway may announce the body of its client's request and not send it. The next request would be taken for it.
    if (method === 'GET' && Number(headers['content-length'] ?? 0) > 0) response.shouldKeepAlive = false;
    const connection = open.get(socket);
    if (!connection) return;
    connection.pending.add(response);
    if (isDraining) response.shouldKeepAlive = false;
    response.once('close', () => {
      connection.pending.delete(response);
      connection.answeredAt = socket.bytesRead;
      if (isDraining && connection.pending.size === 0) socket.destroySoon();
    });
  });

  function closeIf(isDone: (socket: Socket, connection: Connection) => boolean): void {
    for (const [socket, connection] of open) if (isDone(socket, connection)) socket.destroy();
  }

  return {
    /** Closes connections without a request, and the others after their responses. */
    drain(): void {
      isDraining = true;
      for (const { pending } of open.values()) for (const response of pending) response.shouldKeepAlive = false;
      closeIf((socket, { pending, answeredAt }) => pending.size === 0 && socket.bytesRead === answeredAt);
    },
    /** Closes connections whose request has not arrived as a whole. */
    closeWithoutRequest: () => closeIf((_socket, { pending }) => pending.size === 0),
  };
}
