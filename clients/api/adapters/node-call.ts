import type { Call } from '../call.ts';

/** The parts of `node:http`'s IncomingMessage that are used. */
export interface Incoming {
  method?: string | undefined;
  url?: string | undefined;
  rawHeaders: string[];
}

/**
 * Reads a call from `rawHeaders`, because `headers` silently drops a second `Authorization` header, which a proxy may
 * have used for its decision.
 *
 * @param at scheme and path as the framework sees them behind proxies; default: those of the connection. The host
 *   comes from the Host header, which the client chooses; set the verifier's `publicOrigin` to avoid that
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
