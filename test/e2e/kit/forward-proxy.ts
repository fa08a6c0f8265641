import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A forward proxy of a closed network: it alone knows the way to some hosts, which don't exist in DNS. */
export interface ForwardProxy {
  port: number;
  /** The hosts that were asked for, such as `login.latchkey.invalid:443`, in order. */
  asked: string[];
  /** How many of the connections that were asked for were opened. */
  opened: number;
  close(): Promise<void>;
}

/**
 * Starts a proxy that opens tunnels (`CONNECT`, RFC 9110 §9.3.6), and nothing else.
 *
 * @param ports the port on loopback that each host name leads to
 * @param credentials `user:password` that callers must send; none by default
 */
export async function startForwardProxy(
  ports: Readonly<Record<string, number>>,
  credentials?: string,
): Promise<ForwardProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  const proxy: ForwardProxy = {
    port: 0,
    asked: [],
    opened: 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const target = request.url ?? '';
    proxy.asked.push(target);
    if (expected && request.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n');
      return;
    }
    const port = ports[target.split(':')[0] ?? ''];
    if (port === undefined) {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      proxy.opened += 1;
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client);
      client.pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}
