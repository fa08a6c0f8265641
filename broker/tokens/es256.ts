import { type KeyObject, sign } from 'node:crypto';

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
