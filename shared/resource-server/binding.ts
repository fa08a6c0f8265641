import type { DpopUse } from './challenge.ts';
import type { JudgedClaims } from './claims.ts';
import { Refused, type TokenFault } from './refused.ts';
import type { Scheme } from './scheme.ts';

/**
 * Checks that a bound token is sent with the DPoP scheme, and an unbound one with Bearer. Accepting a bound token
 * without its proof would let a thief use it (RFC 9449 §7.2).
 *
 * @returns the thumbprint of the token's key, or `undefined` if it is not bound
 * @throws {Refused} `invalid_token`
 */
export function boundKey({ cnf }: Pick<JudgedClaims, 'cnf'>, scheme: Scheme, dpop: DpopUse): string | undefined {
  if (cnf === undefined && dpop === 'required') {
    throw refused(
      'not_bound',
      'The token is not bound to a key, and this API requires one that is: ask for a token with a DPoP proof.',
    );
  }
  if (cnf === undefined && scheme === 'DPoP') {
    throw refused('wrong_type', 'The token is not bound to a key and was sent as DPoP: send it as Bearer.');
  }
  if (cnf !== undefined && scheme === 'Bearer') {
    throw refused(
      'wrong_type',
      'The token is bound to a key (cnf.jkt) and was sent as Bearer: send it as DPoP, with a proof.',
    );
  }
  return cnf?.jkt;
}

const refused = (reason: TokenFault, message: string) => new Refused({ code: 'invalid_token', reason, message });
