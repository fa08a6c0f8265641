import { Refused } from './refused.ts';
import type { Scheme } from './scheme.ts';

export interface Presented {
  scheme: Scheme;
  token: string;
}

/** Longer `Authorization` headers are refused without parsing: twice the length of any provider's longest token. */
export const maxAuthorizationLength = 32_768;

const schemes: ReadonlyMap<string, Scheme> = new Map([
  ['bearer', 'Bearer'],
  ['dpop', 'DPoP'],
]);

/**
 * Reads the access token from an `Authorization` header. Refuses a header with more than one.
 *
 * The regular expressions have no overlapping parts, so matching takes linear time.
 *
 * @returns `undefined` if there is no header, or it has another scheme
 * @throws {Refused} `invalid_request` if the header isn't one scheme with one token
 * @throws {Refused} `invalid_token` if the header is longer than any token can be
 * @see RFC 6750 §2.1, §3.1
 * @see RFC 9449 §7.1
 * @see RFC 9110 §11.4
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
