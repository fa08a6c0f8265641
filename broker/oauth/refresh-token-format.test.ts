import { describe, expect, it } from 'vitest';
import { createRing } from '../keys/ring.ts';
import { grantPublicKey, openGrant, sealGrant } from './grants/grant-seal.ts';
import {
  findNextRefreshToken,
  formatRefreshToken,
  newRefreshToken,
  nextRefreshToken,
  parseRefreshToken,
  refreshTokenHash,
} from './refresh-token-format.ts';

const key = (byte: number) => ({ kid: `k${byte}`, key: Buffer.alloc(32, byte) });
const ring = createRing([key(1)]);

describe('a refresh token', () => {
  it('is read as it was written, and nothing else is', () => {
    const refreshToken = newRefreshToken();
    expect(parseRefreshToken(formatRefreshToken(refreshToken))).toEqual(refreshToken);
    for (const text of ['', '.', formatRefreshToken(refreshToken).slice(1), `${formatRefreshToken(refreshToken)}x`])
      expect(parseRefreshToken(text)).toBeUndefined();
  });

  it('has one successor, which depends on the ring and is found again after the ring’s rotation', () => {
    const refreshToken = newRefreshToken();
    const next = nextRefreshToken(refreshToken, ring);
    expect(nextRefreshToken(refreshToken, ring)).toEqual(next);
    expect(nextRefreshToken(refreshToken, createRing([key(2)]))).not.toEqual(next);
    expect(findNextRefreshToken(refreshToken, createRing([key(2), key(1)]), refreshTokenHash(next))).toEqual(next);
    expect(findNextRefreshToken(newRefreshToken(), ring, refreshTokenHash(next))).toBeUndefined();
  });

  it('keeps the hash and the successor that stored sessions depend on', () => {
    const refreshToken = { family: 'A'.repeat(22), secret: Buffer.alloc(32, 1) };
    expect(refreshTokenHash(refreshToken)).toBe('5anmCH76B67A8oj465yLHWIGvdYiZwP8VgegtleUfTM');
    expect(formatRefreshToken(nextRefreshToken(refreshToken, createRing([key(2)])))).toBe(
      'AAAAAAAAAAAAAAAAAAAAAA.7xSjiaXGag7qmnH-F9T5jmwKouvUeWV8-rjqQ15ljj4',
    );
  });
});

describe('a grant sealed to a device', () => {
  it('opens with the device code and the ring only', async () => {
    const [code, other] = ['a'.repeat(43), 'b'.repeat(43)];
    const sealed = await sealGrant(grantPublicKey(ring.current.key, code), 'grant');
    expect(await openGrant(ring.current.key, code, sealed)).toBe('grant');
    expect(await openGrant(ring.current.key, other, sealed)).toBeUndefined();
    expect(await openGrant(key(2).key, code, sealed)).toBeUndefined();
  });
});
