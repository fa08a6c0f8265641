import { generateKeyPairSync, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { signEs256, verifyEs256 } from './es256.ts';

it('signs in the form of JWS, short and long integers alike', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // One signature in 128 has an integer with a leading zero byte.
  for (let index = 0; index < 1_000; index += 1) {
    const signed = signEs256(`input ${index}`, privateKey);
    const signature = Buffer.from(signed, 'base64url');
    expect(signature).toHaveLength(64);
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', Buffer.from(`input ${index}`), key, signature)).toBe(true);
    expect(verifyEs256(`input ${index}`, signed, publicKey)).toBe(true);
    expect(verifyEs256(`input ${index + 1}`, signed, publicKey)).toBe(false);
  }
});

it('accepts no signature in another form, and none of zeros', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = signEs256('input', privateKey);
  const [r, s] = [signed.slice(0, 43), signed.slice(43)];
  const zeros = Buffer.alloc(64).toString('base64url');
  for (const other of [
    '',
    zeros,
    s + r,
    `${signed}A`,
    signed.slice(1),
    `${signed}=`,
    `${signed.slice(0, 85)}~`,
    ` ${signed}`,
  ]) {
    expect(verifyEs256('input', other, publicKey)).toBe(false);
  }
});
