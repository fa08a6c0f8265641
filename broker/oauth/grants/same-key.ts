import { type FailedAuthentication, OAuthError } from '../../errors.ts';
import { sameText } from '../../keys/hash.ts';
import type { CheckedProof } from '../../tokens/proof-checker.ts';

/**
 * Requires that what a client presents, a code or a refresh token, is presented by the key it is bound to (RFC 9449
 * §5, §10). Nothing is used up if it is not.
 *
 * @param jkt thumbprint of that key; absent if it is not bound
 * @param holder the client and the person that it was issued to, for the record of the failure
 * @throws {OAuthError} `invalid_grant`
 */
export function requireSameKey(
  jkt: string | undefined,
  proof: CheckedProof | undefined,
  holder: Pick<FailedAuthentication, 'client' | 'sub'>,
): void {
  if (jkt === undefined || (proof && sameText(jkt, proof.jkt))) return;
  throw new OAuthError(
    'invalid_grant',
    'this code or refresh token is bound to a DPoP key; send a proof by that key in the DPoP header',
    { failed: { kind: 'grant_key', ...holder } },
  );
}
