import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** @returns a new random key, in base64url */
export const newSealKey = (): string => randomBytes(keyBytes).toString('base64url');

/** Whether the text is a key, and nothing that something else has put in its place. */
export const isSealKey = (key: string): boolean =>
  /^[\w-]{43}$/.test(key) && Buffer.from(key, 'base64url').length === keyBytes;

/**
 * Encrypts a text (AES-256-GCM, NIST SP 800-38D), with a new random nonce each time.
 *
 * @param beside what is stored unencrypted beside it: `unseal` notices any change of it
 * @returns nonce, ciphertext and tag, in base64url
 */
export function seal(key: string, text: string, beside: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, Buffer.from(key, 'base64url'), nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(beside));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** @returns `undefined` if the key is another one, or if anything was changed */
export function unseal(key: string, sealed: string, beside: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  const nonce = bytes.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, Buffer.from(key, 'base64url'), nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(beside));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
