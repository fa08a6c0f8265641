import { ApiError, type Scheme } from './api-error.ts';
import type { Call } from './call.ts';

export interface Presented {
  scheme: Scheme;
  token: string;
}

/**
 * Reads the token from `Authorization`; never from the query or a form, which end up in logs.
 *
 * @throws {ApiError} `missing_token`, or `invalid_request` where the header is not one token
 * @see RFC 6750 §2.1, RFC 9449 §7.1
 */
export function readPresented(headers: Call['headers'], dpop: 'optional' | 'required'): Presented {
  const authorization = headers.get('authorization');
  const [, name, rest] = /^\s*([\w-]+)(?:\s+(.*?))?\s*$/s.exec(authorization ?? '') ?? [];
  const scheme = ({ bearer: 'Bearer', dpop: 'DPoP' } as const)[name?.toLowerCase() as 'bearer' | 'dpop'];
  if (!scheme) {
    const wanted = dpop === 'required' ? 'DPoP' : 'Bearer';
    throw new ApiError(
      {
        code: 'missing_token',
        message: `This API wants an access token: send "Authorization: ${wanted} <token>".`,
      },
      { scheme: wanted },
    );
  }
  if (!rest || !/^[\w\-.~+/]+=*$/.test(rest)) {
    throw new ApiError(
      {
        code: 'invalid_request',
        message: `The Authorization header must hold "${scheme}", one space, and exactly one token.`,
      },
      { scheme },
    );
  }
  return { scheme, token: rest };
}
