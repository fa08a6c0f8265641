import type { Call } from '../call.ts';

/** The part of `node:http`'s IncomingMessage that is read. */
export interface Incoming {
  method?: string | undefined;
  url?: string | undefined;
  rawHeaders: string[];
}

/**
 * Reads a call from what came over the wire: `rawHeaders`, since `headers` drops the second `Authorization`
 * without a word, and a proxy on the way may have gone by that one.
 *
 * @param at scheme and path as the framework has them, proxies considered; default: as the connection has them. The host
 *   is that of the Host header, which is the caller's to choose: `publicOrigin` of the verifier is not
 */
export function nodeCall(incoming: Incoming & { socket?: object | null }, at?: { scheme: string; path: string }): Call {
  const headers = {
    get(name: string): string | null {
      const values = incoming.rawHeaders.filter(
        (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === name,
      );
      return values.length === 0 ? null : values.join(', ');
    },
  };
  const encrypted = typeof incoming.socket === 'object' && incoming.socket !== null && 'encrypted' in incoming.socket;
  const scheme = at?.scheme ?? (encrypted ? 'https' : 'http');
  return {
    method: incoming.method ?? 'GET',
    url: `${scheme}://${headers.get('host') ?? headers.get(':authority') ?? ''}${at?.path ?? incoming.url ?? '/'}`,
    headers,
  };
}
