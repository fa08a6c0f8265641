import { parseScope } from '@latchkey/shared/scope.ts';
import type { AccessClaims } from '../tokens/token-verifier.ts';

/** The API's servers and gateways have to hold all headers in a buffer, often of 4 kB. */
const longestList = 1_024;

/**
 * What the API behind a gateway is told of a checked request. Values are percent-encoded (RFC 3986 §2.1, UTF-8), so
 * no name or group can end a header or a list early. Lists hold whole items only, as many as fit into 1024
 * characters; a token's `group=` and `scope=` rules are checked against all of them.
 * All four are always there, if empty: gateways put each in the place of what the client sent.
 */
export function identityHeaders({ sub, client_id, azp, scope, groups = [] }: AccessClaims): Record<string, string> {
  return {
    'X-Latchkey-Subject': encode(sub),
    'X-Latchkey-Client': encode(azp ?? client_id),
    'X-Latchkey-Scope': list(parseScope(scope), ' '),
    'X-Latchkey-Groups': list(groups, ','),
  };
}

/** Leaves what is common in URLs, scopes and qualified groups readable. */
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
