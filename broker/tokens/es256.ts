import { type KeyObject, sign } from 'node:crypto';

/**
 * Signs with ES256 (RFC 7518 §3.4): `r ‖ s`, 32 bytes each, in base64url.
 *
 * Node makes that form itself where the key comes with `dsaEncoding`, at twice the time: it finds out by an
 * exception that such options are no key. So the key is passed alone, and its DER answer is unpacked here.
 */
export function signEs256(input: string, key: KeyObject): string {
  const der = sign('sha256', Buffer.from(input), key);
  // SEQUENCE { INTEGER r, INTEGER s }, each header two bytes: nothing of P-256 is longer than 127.
  const rEnd = 4 + der.readUInt8(3);
  return Buffer.concat([fixed(der.subarray(4, rEnd)), fixed(der.subarray(rEnd + 2))]).toString('base64url');
}

/** A DER integer is as short as it can be, with a zero in front where it would else be negative. */
const fixed = (integer: Buffer): Buffer =>
  integer.length >= 32 ? integer.subarray(-32) : Buffer.concat([Buffer.alloc(32 - integer.length), integer]);
