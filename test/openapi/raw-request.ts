import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Exchange } from './contract.ts';

/** Sends a request that `fetch` can't: a path with dot segments, `TRACE`, or a body that is only announced. */
export async function rawRequest(
  origin: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Exchange> {
  const { hostname, port } = new URL(origin);
  const sent = request({ hostname, port, method, path, headers, agent: false });
  sent.flushHeaders();
  if (!('Content-Length' in headers)) sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const body = await text(answer);
  sent.destroy();
  const flat = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
  return {
    method,
    url: new URL(path, origin),
    request: { headers: new Headers(headers), body: undefined },
    status: answer.statusCode ?? 0,
    headers: new Headers(flat),
    body,
  };
}
