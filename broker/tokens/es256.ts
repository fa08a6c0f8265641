import { type KeyObject, sign, verify } from 'node:crypto';

/**
 * Signs with ES256 (RFC 7518 §3.4): `r ‖ s`, 32 bytes each, in base64url.
 *
 * Node can produce this format with `dsaEncoding`, but takes twice as long: internally it throws an exception to find
 * out that the options object is not a key. Passing only the key and decoding the DER signature here is faster.
 */
export function signEs256(input: string, key: KeyObject): string {
  const der = sign('sha256', Buffer.from(input), key);
  // SEQUENCE { INTEGER r, INTEGER s }. Each header is two bytes because no P-256 element is longer than 127 bytes.
  const rEnd = 4 + der.readUInt8(3);
  return Buffer.concat([fixed(der.subarray(4, rEnd)), fixed(der.subarray(rEnd + 2))]).toString('base64url');
}

/** Pads or trims a DER integer to 32 bytes. DER uses the fewest bytes, plus a leading zero if the high bit is set. */
const fixed = (integer: Buffer): Buffer =>
  integer.length >= 32 ? integer.subarray(-32) : Buffer.concat([Buffer.alloc(32 - integer.length), integer]);

/**
 * Verifies an ES256 signature (RFC 7518 §3.4) of exactly 64 bytes. In DER for the same reason as above.
 *
 * @param key a public key on P-256
 */
export function verifyEs256(input: string, signature: string, key: KeyObject): boolean {
  // Node's decoder skips what is not base64url.
  if (!/^[\w-]{86}$/.test(signature)) return false;
  const bytes = Buffer.from(signature, 'base64url');
  const integers = [derInteger(bytes.subarray(0, 32)), derInteger(bytes.subarray(32))];
  const body = Buffer.concat(integers);
  return verify('sha256', Buffer.from(input), key, Buffer.concat([Buffer.from([0x30, body.length]), body]));
}

/** As few bytes as possible, and never negative (X.690 §8.3). */
function derInteger(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.from([0x02, digits.length + sign.length, ...sign, ...digits]);
}
