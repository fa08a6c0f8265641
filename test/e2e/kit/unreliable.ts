import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How an unreliable provider handles one request. */
export interface Trouble {
  /** Delay before the request is processed, in milliseconds. */
  slowMs?: number | undefined;
  /** Delay of the response after the request is processed, in milliseconds. */
  slowAnswerMs?: number | undefined;
  /** The request isn't processed, and this is the response. `retryAfter` is in seconds. */
  failing?: { status: number; retryAfter?: number; headers?: Record<string, string>; body?: string } | undefined;
  /** The request is processed, but the response is modified. */
  garble?: ((body: string) => string) | undefined;
  /** The connection is cut, either before the request is processed or before the response is sent. */
  cut?: 'before' | 'after' | undefined;
}

/** A provider handler whose token endpoint can be slow, fail or hang up, for each request. */
export function unreliable(handler: RequestListener, next: () => Trouble): RequestListener {
  return async (req, res) => {
    if (req.method !== 'POST' || req.url !== '/token') return handler(req, res);
    const { slowMs, slowAnswerMs, failing, garble, cut } = next();
    if (slowMs !== undefined) await sleep(slowMs);
    if (cut === 'before') return void req.socket.destroy();
    if (failing) {
      const { status, retryAfter, headers, body } = failing;
      const wait = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
      res.writeHead(status, { ...headers, ...wait }).end(body);
      return;
    }
    const end = res.end.bind(res) as (...args: unknown[]) => typeof res;
    res.end = ((...args: unknown[]) => {
      if (cut === 'after') req.socket.destroy();
      else if (garble) {
        res.removeHeader('Content-Length');
        end(garble(String(args[0])));
      } else if (slowAnswerMs === undefined) end(...args);
      else setTimeout(() => end(...args), slowAnswerMs);
      return res;
    }) as typeof res.end;
    return handler(req, res);
  };
}
