import type { LatchkeyError } from '@latchkey/shared/errors.ts';
import { parseScope, scopeKey } from '@latchkey/shared/scope.ts';
import type { TokenAnswer } from '@latchkey/shared/session-api.ts';
import { busy } from '../errors.ts';
import type { TokenAsk } from './token-cache.ts';

/** What was requested of a token. */
export interface TokenQuestion extends TokenAsk {
  /** The broker's issuer. */
  broker: string;
  /** `sub` of the account. */
  sub: string | undefined;
  /** Thumbprint of the key that it must be bound to. Absent if it must be a bearer token. */
  jkt: string | undefined;
}

/** The longest lifetime that a broker can be configured to give, in seconds. */
const maxLifetimeS = 86_400;

/**
 * Compares a token with the request, both in the response and in the token itself. It doesn't verify the signature: the
 * response came from the broker over TLS, and the API verifies it.
 *
 * @throws {LatchkeyError} `busy`, which names the field that differs but not its value
 */
export function requireAnswerTo(question: TokenQuestion, answer: TokenAnswer): void {
  const { origin, resource, scopes, broker, sub, jkt } = question;
  const { header, claims } = read(answer.access_token);
  const given = parseScope(answer.scope);
  const lifetime = Number(claims.exp) - Number(claims.iat);
  const matches = {
    typ: header.typ === 'at+jwt',
    iss: claims.iss === broker,
    sub: claims.sub === sub,
    azp: claims.azp === origin,
    resource: answer.resource === resource && claims.aud === resource,
    scope:
      given.every((scope) => scopes.includes(scope)) &&
      typeof claims.scope === 'string' &&
      scopeKey(parseScope(claims.scope)) === scopeKey(given),
    token_type: answer.token_type === (jkt === undefined ? 'Bearer' : 'DPoP'),
    cnf: (claims.cnf as { jkt?: unknown } | undefined)?.jkt === jkt,
    // Both are rounded to seconds.
    expires_in: answer.expires_in > 0 && answer.expires_in <= lifetime + 1 && lifetime <= maxLifetimeS + 1,
  };
  const wrong = Object.entries(matches).find(([, isRight]) => !isRight);
  if (wrong) throw another(wrong[0]);
}

type Fields = Record<string, unknown>;

/** Decodes the header and the claims of a JWT (RFC 7519 §3.1). The decoder of `jose` is larger than this file. */
function read(token: string): { header: Fields; claims: Fields } {
  const [header, claims] = token.split('.');
  try {
    return { header: fieldsOf(header), claims: fieldsOf(claims) };
  } catch {
    throw another('access_token');
  }
}

function fieldsOf(part = ''): Fields {
  const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
  return Object(JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)))));
}

const another = (what: string): LatchkeyError =>
  busy(`the broker answered with another token than was asked for (${what}); try again`, 5_000);
