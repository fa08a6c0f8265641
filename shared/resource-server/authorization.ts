import { Refused } from './refused.ts';
import type { Scheme } from './scheme.ts';

export interface Presented {
  scheme: Scheme;
  token: string;
}

/** A longer `Authorization` header is refused unread: twice what the longest token of any provider takes. */
export const maxAuthorizationLength = 32_768;

const schemes: ReadonlyMap<string, Scheme> = new Map([
  ['bearer', 'Bearer'],
  ['dpop', 'DPoP'],
]);

/**
 * Reads the one access token from an `Authorization` header.
 *
 * No expression here has two parts that match the same character, so the time grows with the header's length alone.
 *
 * @returns `undefined` where there is no access token: no header, or another scheme
 * @throws {Refused} `invalid_request` where the header is not one scheme with one token, `invalid_token` where it is
 *   longer than any token here
 * @see RFC 6750 §2.1, §3.1, RFC 9449 §7.1, RFC 9110 §11.4
 */
export function parseAuthorization(header: string | null | undefined): Presented | undefined {
  if (!header) return undefined;
  if (header.length > maxAuthorizationLength) throw tooLong(/^dpop /i.test(header) ? 'DPoP' : 'Bearer');
  const credentials = header.trim();
  const end = credentials.search(/[^\w-]/);
  const name = end === -1 ? credentials : credentials.slice(0, end);
  const scheme = schemes.get(name.toLowerCase());
  if (!scheme) return undefined;
  const rest = credentials.slice(name.length);
  const token = rest.trim();
  if (!rest.startsWith(' ') || !/^[\w\-.~+/]+=*$/.test(token)) {
    throw malformed(`The Authorization header must hold "${scheme}", one space, and exactly one token.`, scheme);
  }
  return { scheme, token };
}

const tooLong = (scheme: Scheme) =>
  new Refused(
    {
      code: 'invalid_token',
      reason: 'too_long',
      message: `The Authorization header is longer than ${maxAuthorizationLength} characters, which no access token here is.`,
    },
    { scheme },
  );

const malformed = (message: string, scheme: Scheme) => new Refused({ code: 'invalid_request', message }, { scheme });
