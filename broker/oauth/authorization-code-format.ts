import { hkdfSync, randomBytes } from 'node:crypto';
import { sha256 } from '../keys/hash.ts';

/**
 * Authorization codes (RFC 6749 §4.1.2): 256 bits, for a minute, used once. Their grants are kept and sealed as
 * devices' are, under the code instead of a device's.
 */

/** From the redirect to the program's request. */
export const codeLifeMs = 60_000;

export const newCode = (): string => randomBytes(32).toString('base64url');

const derive = (code: string, purpose: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', code, '', `latchkey/v1/${purpose}`, bytes));

/** The grant's row. Derived, so that no `device_code` can name it. */
export const codeHash = (code: string): string => sha256(derive(code, 'authorization-code', 32));

/** The family that the code begets bears its name: a second use, however late, finds what the first one gave. */
export const codeFamily = (code: string): string => derive(code, 'authorization-family', 16).toString('base64url');
