import { createHmac } from 'node:crypto';

/** Shared by Keycloak and everyone's authenticator app. */
export const otpSecret = 'a-secret-of-this-test-only';

/** The code that an authenticator app shows (RFC 6238 §4, RFC 4226 §5.3). @param at in milliseconds */
export function oneTimeCode(at: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac('sha1', otpSecret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
