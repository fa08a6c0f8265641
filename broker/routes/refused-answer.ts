import { challenge, type DpopUse } from '@latchkey/shared/resource-server/challenge.ts';
import { type Refused, refusalStatus } from '@latchkey/shared/resource-server/refused.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';

/**
 * Builds the response to a request that the resource server rejects: status, challenge and, if needed, a nonce.
 *
 * @param status overrides the default status of the error code
 */
export function refusedAnswer(
  { refusal, scheme = 'Bearer', cause }: Refused,
  { dpop, nonces, status = refusalStatus[refusal.code] }: { dpop: DpopUse; status?: number } & Pick<Deps, 'nonces'>,
): OAuthError {
  const wwwAuthenticate = challenge(refusal, scheme, dpop);
  return new OAuthError(refusal.code, refusal.message, {
    status,
    members: refusal.params,
    headers: {
      ...(wwwAuthenticate === undefined ? {} : { 'WWW-Authenticate': wwwAuthenticate }),
      ...(refusal.code === 'use_dpop_nonce' ? { 'DPoP-Nonce': nonces.issue() } : {}),
    },
    cause,
  });
}
