import { describe, expect, it } from 'vitest';
import { createRing } from '../keys/ring.ts';
import { grantPublicKey, openGrant, sealGrant } from './grants/grant-seal.ts';
import { formatHandle, handleHash, knownSuccessor, newHandle, parseHandle, successor } from './refresh-token-format.ts';

const key = (byte: number) => ({ kid: `k${byte}`, key: Buffer.alloc(32, byte) });
const ring = createRing([key(1)]);

describe('a refresh handle', () => {
  it('is read as it was written, and nothing else is', () => {
    const handle = newHandle();
    expect(parseHandle(formatHandle(handle))).toEqual(handle);
    for (const text of ['', '.', formatHandle(handle).slice(1), `${formatHandle(handle)}x`])
      expect(parseHandle(text)).toBeUndefined();
  });

  it('has one successor, which needs the ring, and is found again after the ring’s rotation', () => {
    const handle = newHandle();
    const next = successor(handle, ring);
    expect(successor(handle, ring)).toEqual(next);
    expect(successor(handle, createRing([key(2)]))).not.toEqual(next);
    expect(knownSuccessor(handle, createRing([key(2), key(1)]), handleHash(next))).toEqual(next);
    expect(knownSuccessor(newHandle(), ring, handleHash(next))).toBeUndefined();
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
