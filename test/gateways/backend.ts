import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the API received it: the path as the API parses it, and everything that identifies the caller. */
export interface Seen {
  path: string;
  method: string;
  /** Length of the body. */
  bytes: number;
  /** Every header that some server would parse as ours, by that name. CGI maps all but letters and digits to `_`. */
  identity: Record<string, string[]>;
  /** Headers that a proxy behind the gateway would remove (RFC 9110 §7.6.1). */
  connection: string;
}

/** The path as the most lenient server parses it: decodes it first, then resolves dot segments and backslashes. */
function liberalPath(url: string): string {
  const [path = ''] = url.split('?', 1);
  return new URL(`http://api.example${decodeURIComponent(path).replaceAll(/[\\/]+/g, '/')}`).pathname;
}

/** The demo's API on `/orders`, and another API that trusts its gateway and returns what it received. */
export async function startBackend(api: RequestListener) {
  const server = createServer((req, res) => {
    const pathname = liberalPath(req.url ?? '/');
    if (/^\/(orders|whoami)(\/|$)/.test(pathname) && req.method !== 'OPTIONS') {
      api(req, res);
      return;
    }
    const identity: Seen['identity'] = {};
    for (let index = 0; index < req.rawHeaders.length; index += 2) {
      const name = (req.rawHeaders[index] ?? '').toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
      if (name.startsWith('x-latchkey')) identity[name] = [...(identity[name] ?? []), req.rawHeaders[index + 1] ?? ''];
    }
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    req.on('end', () => {
      const connection = req.headers.connection ?? '';
      const seen: Seen = { path: pathname, method: req.method ?? '', bytes, identity, connection };
      res.setHeader('Content-Type', 'application/json').end(JSON.stringify(seen));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
