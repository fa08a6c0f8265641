import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMinter, type Minter } from './minter.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let clock: number;
/** What happens while the key is read from the store. */
let meanwhile: () => void;
let minter: Minter;

beforeEach(() => {
  clock = 1_800_000_000_000;
  meanwhile = () => {};
  minter = createMinter({
    issuer: 'https://latchkey.example.com',
    keys: {
      async current() {
        meanwhile();
        return { kid: 'k', privateKey };
      },
      usable: () => Promise.reject(new Error('not asked here')),
      published: () => Promise.reject(new Error('not asked here')),
    },
    metrics: { groupsDidNotFit: () => {} },
    now: () => clock,
  });
});

const mint = () =>
  minter.accessToken({
    sub: 'ada',
    aud: 'https://api.example.com',
    client_id: 'tv',
    scope: 'read',
    exp: clock / 1_000 + 5,
  });

describe('while the key is read', () => {
  it('a clock that steps back does not lengthen the life of the token', async () => {
    meanwhile = () => {
      clock -= 3_000;
    };
    const { iat = 0, exp = 0 } = decodeJwt(await mint());
    expect(exp - iat).toBe(5);
  });

  it('the token may expire, and is not issued then', async () => {
    meanwhile = () => {
      clock += 5_000;
    };
    await expect(mint()).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });
});
