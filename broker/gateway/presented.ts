import type { Scheme } from './challenge.ts';

/**
 * Reads the token from `Authorization`.
 *
 * @returns `undefined` where there is none; `token` is empty where what follows the scheme is not one token
 * @see RFC 6750 §2.1, RFC 9449 §7.1
 */
export function readPresented(authorization: string | undefined): { scheme: Scheme; token: string } | undefined {
  const [, name, rest] = /^\s*([\w-]+)(?:\s+(.*?))?\s*$/s.exec(authorization ?? '') ?? [];
  const scheme = ({ bearer: 'Bearer', dpop: 'DPoP' } as const)[name?.toLowerCase() as 'bearer' | 'dpop'];
  if (!scheme) return undefined;
  return { scheme, token: rest !== undefined && /^[\w\-.~+/]+=*$/.test(rest) ? rest : '' };
}
