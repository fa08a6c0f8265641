import { describe, expect, it } from 'vitest';
import { isSealKey, newSealKey, seal, unseal } from './seal.ts';

const key = newSealKey();
const changed = (text: string, at: number) => {
  const bytes = Buffer.from(text, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64url');
};

describe('a sealed text', () => {
  it('is read with its key, and looks different each time', () => {
    const [one, two] = [seal(key, 'tökens', 'beside'), seal(key, 'tökens', 'beside')];
    expect([unseal(key, one, 'beside'), unseal(key, two, 'beside')]).toEqual(['tökens', 'tökens']);
    expect(one).not.toBe(two);
    expect(Buffer.from(one, 'base64url').includes('tökens')).toBe(false);
  });

  it('is not read with another key, beside another text, or after any change', () => {
    const sealed = seal(key, 'tokens', 'beside');
    expect(unseal(newSealKey(), sealed, 'beside')).toBeUndefined();
    expect(unseal(key, sealed, 'besides')).toBeUndefined();
    for (let at = 0; at < Buffer.from(sealed, 'base64url').length; at += 1) {
      expect(unseal(key, changed(sealed, at), 'beside'), `byte ${at}`).toBeUndefined();
    }
  });

  it.each(['', 'AAAA', '~~~~', 'A'.repeat(36), 'A'.repeat(38)])('is none: "%s"', (text) => {
    expect(unseal(key, text, 'beside')).toBeUndefined();
  });
});

describe('a key', () => {
  it('is 32 random bytes', () => {
    expect(new Set(Array.from({ length: 50 }, newSealKey)).size).toBe(50);
    expect(isSealKey(key)).toBe(true);
  });

  it.each(['', 'secret', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}!`, `${'A'.repeat(43)}\n`])(
    'is none: %j',
    (text) => {
      expect(isSealKey(text)).toBe(false);
    },
  );
});
