import { parseScope } from '@latchkey/shared/scope.ts';
import type { AccessClaims } from '../tokens/token-verifier.ts';

/** Gateways and the API's servers keep all headers in a buffer, often of 4 kB. */
const longestList = 1_024;

/**
 * What the API behind a gateway learns about a checked request. Values are percent-encoded (RFC 3986 §2.1, UTF-8), so
 * no name or group can end a header or a list early. Lists contain only whole items, as many as fit into 1024
 * characters. The rules `group=` and `scope=` are checked against all items.
 * All four headers are always set, even if empty, because gateways replace the client's with them.
 */
export function identityHeaders({ sub, client_id, azp, scope, groups = [] }: AccessClaims): Record<string, string> {
  return {
    'X-Latchkey-Subject': encode(sub),
    'X-Latchkey-Client': encode(azp ?? client_id),
    'X-Latchkey-Scope': list(parseScope(scope), ' '),
    'X-Latchkey-Groups': list(groups, ','),
  };
}

/** Keeps characters readable that are common in URLs, scopes and group names. */
const encode = (value: string): string =>
  encodeURIComponent(value.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':')
    .replaceAll('%2F', '/');

function list(items: readonly string[], separator: string): string {
  let text = '';
  for (const item of items) {
    const longer = text === '' ? encode(item) : `${text}${separator}${encode(item)}`;
    if (longer.length > longestList) break;
    text = longer;
  }
  return text;
}
