import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';

/**
 * Packs a zip as CRX3, signed by the extension's key. The signature (PKCS #1 v1.5) is deterministic: the same zip and key
 * give the same bytes.
 *
 * @param privateKey RSA
 * @see https://source.chromium.org/chromium/chromium/src/+/main:components/crx_file/crx3.proto
 */
export function packCrx(zip: Uint8Array, privateKey: KeyObject): Uint8Array {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(publicKey).digest().subarray(0, 16);
  const signedHeader = field(1, id);
  const signed = [Buffer.from('CRX3 SignedData\0'), uint32(signedHeader.length), signedHeader, zip];
  const signature = sign('sha256', Buffer.concat(signed), privateKey);
  const proof = Buffer.concat([field(1, publicKey), field(2, signature)]);
  const header = Buffer.concat([field(2, proof), field(10_000, signedHeader)]);
  return Buffer.concat([Buffer.from('Cr24'), uint32(3), uint32(header.length), header, zip]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A length-delimited field of a protocol buffer. */
const field = (number: number, value: Uint8Array): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
