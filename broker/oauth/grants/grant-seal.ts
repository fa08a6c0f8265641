import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose';

/**
 * Sealing without the device. At the device's first request a key pair is derived from its `device_code` and
 * the ring, and only the public half is stored. "Allow" encrypts the grant to it; only the device, which
 * alone has the code, can have it opened.
 */

/** PKCS #8 of an X25519 private key up to the 32 bytes of the key itself (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

function privateKeyOf(ringKey: Uint8Array, deviceCode: string): KeyObject {
  const seed = hkdfSync('sha256', ringKey, Buffer.from(deviceCode), 'latchkey/v1/device-grant', 32);
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, Buffer.from(seed)]), format: 'der', type: 'pkcs8' });
}

/** @returns the public half: an X25519 key's `x` (RFC 8037 §2) */
export function grantPublicKey(ringKey: Uint8Array, deviceCode: string): string {
  const { x } = createPublicKey(privateKeyOf(ringKey, deviceCode)).export({ format: 'jwk' });
  if (x === undefined) throw new Error('an X25519 key without x');
  return x;
}

/** Encrypts to the public half (JWE, ECDH-ES with A256GCM: RFC 7516, RFC 8037). */
export async function sealGrant(publicKey: string, plaintext: string): Promise<string> {
  const key = await importJWK({ kty: 'OKP', crv: 'X25519', x: publicKey }, 'ECDH-ES');
  return new CompactEncrypt(Buffer.from(plaintext)).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' }).encrypt(key);
}

/** @returns the plaintext, or `undefined` where the code or the ring is another one */
export async function openGrant(ringKey: Uint8Array, deviceCode: string, sealed: string): Promise<string | undefined> {
  try {
    const { plaintext } = await compactDecrypt(sealed, privateKeyOf(ringKey, deviceCode), {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return Buffer.from(plaintext).toString('utf8');
  } catch {
    return undefined;
  }
}
