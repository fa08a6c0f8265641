import { hkdfSync, randomBytes } from 'node:crypto';
import { sha256 } from '../keys/hash.ts';

/**
 * Authorization codes (RFC 6749 §4.1.2) have 256 bits, live one minute and are redeemed once. Their grants are stored
 * and sealed like device grants, under the authorization code instead of a `device_code`.
 */

/** Measured from the redirect to the client's token request. */
export const codeLifeMs = 60_000;

export const newCode = (): string => randomBytes(32).toString('base64url');

const derive = (code: string, purpose: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', code, '', `latchkey/v1/${purpose}`, bytes));

/** The row key of the grant. It is derived, so no `device_code` can collide with it. */
export const codeHash = (code: string): string => sha256(derive(code, 'authorization-code', 32));

/**
 * The name of the family that the code starts. It is derived from the code, so a second use of the code, however late,
 * finds what the first use issued.
 */
export const codeFamily = (code: string): string => derive(code, 'authorization-family', 16).toString('base64url');
