import { describe, expect, it } from 'vitest';
import { createNonces } from './nonces.ts';

describe('nonces of an API', () => {
  let now = 1_000_000;
  const nonces = createNonces({ secret: 's'.repeat(32), now: () => now });

  it('are good for five minutes, on every server with the secret', async () => {
    const nonce = await nonces.issue();
    const other = createNonces({ secret: new TextEncoder().encode('s'.repeat(32)), now: () => now });
    expect(await other.check(nonce)).toBe(1_300_000);
    now += 300_000;
    expect(await nonces.check(nonce)).toBe(1_300_000);
    now += 1;
    expect(await nonces.check(nonce)).toBeUndefined();
  });

  it('cannot be made without the secret, or changed', async () => {
    const forged = await createNonces({ secret: 'x'.repeat(32), now: () => now }).issue();
    const good = await nonces.issue();
    for (const bad of [forged, `${good.slice(0, -2)}AA`, `A${good.slice(1)}`, '', '!', good + good]) {
      expect(await nonces.check(bad), bad).toBeUndefined();
    }
  });

  it('need a secret that nobody guesses', () => {
    expect(() => createNonces({ secret: 'short', now: () => now })).toThrow(TypeError);
  });
});
