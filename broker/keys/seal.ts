import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyRing } from './ring.ts';

/** Purpose and row of a sealed value. Both are bound into the key, so the value can't be opened in another context. */
export interface SealContext {
  purpose: 'session-refresh' | 'device-refresh' | 'signing-key' | 'page';
  id: string;
  /** Key material that the store never sees. If absent, only the ring key is used. */
  secret?: Uint8Array;
}

export interface Sealed {
  /** nonce (96 bits) ‖ ciphertext ‖ tag (128 bits), base64url. */
  sealed: string;
  ringKid: string;
}

const empty = new Uint8Array(0);
const nonceBytes = 12;
const tagBytes = 16;

function derive(ringKey: Uint8Array, context: SealContext): { key: Uint8Array; info: Buffer } {
  const info = Buffer.from(`latchkey/v1/${context.purpose}\0${context.id}`);
  return { key: new Uint8Array(hkdfSync('sha256', ringKey, context.secret ?? empty, info, 32)), info };
}

/**
 * Encrypts under a key derived (HKDF, RFC 5869) from the ring's first key **and** `context.secret`. The database and the
 * ring alone, without the secret, are not enough to decrypt.
 */
export function seal(ring: KeyRing, context: SealContext, plaintext: string): Sealed {
  // Read once: the key file may be replaced at any time.
  const { current } = ring;
  const { key, info } = derive(current.key, context);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(info);
  const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  return { sealed: Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url'), ringKid: current.kid };
}

/**
 * Decrypts a sealed value.
 *
 * @returns the plaintext, or `undefined` if the secret, row, or purpose does not match
 */
export function open(ring: KeyRing, context: SealContext, { sealed, ringKid }: Sealed): string | undefined {
  const { key, info } = derive(ring.get(ringKid).key, context);
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes)).setAAD(info);
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
