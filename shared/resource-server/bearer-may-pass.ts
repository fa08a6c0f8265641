import type { Clock } from '../time.ts';
import { isFor } from './audience.ts';
import { boundKey } from './binding.ts';
import type { DpopUse } from './challenge.ts';
import type { JudgedClaims } from './claims.ts';
import { Refused } from './refused.ts';
import { type Requirements, requireClaims } from './requirements.ts';

/**
 * Whether `authorize` would let a request pass whose bearer token is verified and live, without waiting. It only says
 * yes: `authorize` finds out what is wrong with all others, and checks the proofs of bound tokens.
 */
export function bearerMayPass(
  claims: JudgedClaims,
  requirements: Requirements,
  { audience, dpop, now }: { audience: string | readonly string[]; dpop: DpopUse; now: Clock },
): boolean {
  try {
    if (!isFor(claims.aud, audience) || boundKey(claims, 'Bearer', dpop) !== undefined) return false;
    requireClaims(claims, requirements, now());
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
