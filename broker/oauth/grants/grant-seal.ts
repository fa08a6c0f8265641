import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose';

/**
 * Seals a grant while the device is not present. The device's first request derives a key pair from its `device_code`
 * and the ring, and the broker stores only the public key. "Allow" encrypts the grant to that key. Only the device can
 * have it opened, because only the device has the code.
 */

/** PKCS #8 prefix of an X25519 private key, up to the 32 bytes of the key itself (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

function privateKeyOf(ringKey: Uint8Array, deviceCode: string): KeyObject {
  const seed = hkdfSync('sha256', ringKey, Buffer.from(deviceCode), 'latchkey/v1/device-grant', 32);
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, Buffer.from(seed)]), format: 'der', type: 'pkcs8' });
}

/**
 * Derives the key pair of a grant.
 *
 * @returns the public key: `x` of an X25519 key (RFC 8037 §2)
 */
export function grantPublicKey(ringKey: Uint8Array, deviceCode: string): string {
  const { x } = createPublicKey(privateKeyOf(ringKey, deviceCode)).export({ format: 'jwk' });
  if (x === undefined) throw new Error('an X25519 key without x');
  return x;
}

/** Encrypts a grant to its public key (JWE, ECDH-ES with A256GCM: RFC 7516, RFC 8037). */
export async function sealGrant(publicKey: string, plaintext: string): Promise<string> {
  const key = await importJWK({ kty: 'OKP', crv: 'X25519', x: publicKey }, 'ECDH-ES');
  return new CompactEncrypt(Buffer.from(plaintext)).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' }).encrypt(key);
}

/**
 * Decrypts a sealed grant.
 *
 * @returns the plaintext, or `undefined` if the code or the ring key does not match
 */
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
