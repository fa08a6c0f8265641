import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to one request at a provider that has a bad day. */
export interface Trouble {
  /** Before anything is looked at, in milliseconds. */
  slowMs?: number | undefined;
  /** Done at once, but the answer takes so long, in milliseconds. */
  slowAnswerMs?: number | undefined;
  /** Nothing is looked at; this is the answer. `retryAfter` in seconds. */
  failing?: { status: number; retryAfter?: number; headers?: Record<string, string>; body?: string } | undefined;
  /** Done, and the answer is changed on its way. */
  garble?: ((body: string) => string) | undefined;
  /** The connection is cut before the request is looked at, or with the answer due. */
  cut?: 'before' | 'after' | undefined;
}

/** A provider's handler whose token endpoint is slow, fails or hangs up, request by request. */
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
