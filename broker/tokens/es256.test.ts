import { generateKeyPairSync, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { signEs256 } from './es256.ts';

it('signs in the form of JWS, short and long integers alike', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // One signature in 128 has an integer with a leading zero byte.
  for (let index = 0; index < 1_000; index += 1) {
    const signature = Buffer.from(signEs256(`input ${index}`, privateKey), 'base64url');
    expect(signature).toHaveLength(64);
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', Buffer.from(`input ${index}`), key, signature)).toBe(true);
  }
});
