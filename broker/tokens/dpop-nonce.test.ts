import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nonceLifeMs } from '@latchkey/shared/resource-server/nonce-life.ts';
import { describe, expect, it } from 'vitest';
import { openReloadableRing } from '../keys/reloadable-ring.ts';
import { createRing, initRing } from '../keys/ring.ts';
import { dropRingKeys, rotateRing } from '../keys/rotate-ring.ts';
import { createNonceIssuer } from './dpop-nonce.ts';

const key = (byte: number) => ({ kid: `k${byte}`, key: Buffer.alloc(32, byte) });
const start = 1_800_000_000_000;

describe('a DPoP nonce', () => {
  it('is good on every replica for its life, and no longer', () => {
    let now = start;
    const ring = createRing([key(1)]);
    const [one, other] = [createNonceIssuer({ ring, now: () => now }), createNonceIssuer({ ring, now: () => now })];
    const nonce = one.issue();
    expect(other.check(nonce)).toBe(start + nonceLifeMs);
    now = start + nonceLifeMs;
    expect(other.check(nonce)).toBeDefined();
    now += 1;
    expect(other.check(nonce)).toBeUndefined();
  });

  it('survives the ring’s rotation', () => {
    const now = () => start;
    const nonce = createNonceIssuer({ ring: createRing([key(1)]), now }).issue();
    expect(createNonceIssuer({ ring: createRing([key(2), key(1)]), now }).check(nonce)).toBeDefined();
    expect(createNonceIssuer({ ring: createRing([key(2)]), now }).check(nonce)).toBeUndefined();
  });

  it('is good on every replica at once when a key has been added, and when the old one is gone', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'latchkey-nonce-')), 'keys');
    const old = initRing(path, 0);
    const log = { info() {}, warn() {}, error() {} };
    const replicas = [0, 1].map(() => createNonceIssuer({ ring: openReloadableRing(path, log), now: () => start }));
    const good = () => replicas.map((from) => replicas.map((by) => by.check(from.issue()) !== undefined));
    const everywhere = [
      [true, true],
      [true, true],
    ];
    expect(good()).toEqual(everywhere);
    const before = replicas[0]?.issue() ?? '';
    rotateRing(path, 0);
    expect(good()).toEqual(everywhere);
    expect(replicas.every((replica) => replica.check(before))).toBe(true);
    dropRingKeys(path, [old]);
    expect(good()).toEqual(everywhere);
    expect(replicas.some((replica) => replica.check(before))).toBe(false);
  });

  it('cannot be made up, moved in time, or be from far ahead', () => {
    const issuer = createNonceIssuer({ ring: createRing([key(1)]), now: () => start });
    const bytes = Buffer.from(issuer.issue(), 'base64url');
    bytes.writeUIntBE(start + 1, 0, 6);
    expect(issuer.check(bytes.toString('base64url'))).toBeUndefined();
    for (const text of ['', 'x', 'A'.repeat(30), 'A'.repeat(4_000)]) expect(issuer.check(text)).toBeUndefined();
    const ahead = createNonceIssuer({ ring: createRing([key(1)]), now: () => start + 60_000 }).issue();
    expect(issuer.check(ahead)).toBeUndefined();
  });

  it('of a broker that remembers proofs in its process is good there alone, in this life', () => {
    const ring = createRing([key(1)]);
    const lives = ['one', 'other', undefined].map((life) => createNonceIssuer({ ring, now: () => start, life }));
    for (const issuer of lives) {
      const accepting = lives.filter((other) => other.check(issuer.issue()) !== undefined);
      expect(accepting).toEqual([issuer]);
    }
  });

  it('is the same for everybody for a second, also if the clock is set back', () => {
    let now = start;
    const issuer = createNonceIssuer({ ring: createRing([key(1)]), now: () => now });
    const first = issuer.issue();
    now = start + 999;
    expect(issuer.issue()).toBe(first);
    expect(issuer.check(first)).toBe(start + nonceLifeMs);
    now = start + 1_000;
    expect(issuer.check(issuer.issue())).toBe(now + nonceLifeMs);
    now = start - 3_600_000;
    expect(issuer.check(issuer.issue())).toBe(now + nonceLifeMs);
  });
});
