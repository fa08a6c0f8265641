import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { oneAtATime } from '../../limits/one-at-a-time.ts';

const [logN, r, p] = [15, 8, 1];

/** scrypt runs in the thread pool, which signs and checks tokens, too. */
const slowly = oneAtATime({ waiting: 16 });

/** Generates a secret of 256 bits and its hash for the configuration. */
export function newSecret(): { secret: string; hash: string } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, hash: `sha256:${createHash('sha256').update(secret).digest('base64url')}` };
}

/** Hashes a secret that someone else chose and that may be guessable. */
export async function hashChosenSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(secret, salt, 32, { logN, r, p });
  return `scrypt:${logN}:${r}:${p}:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/** Whether a hash is of a chosen secret: guessable, and slow to compare. */
export const isOfChosenSecret = (hash: string): boolean => hash.startsWith('scrypt:');

/**
 * Compares a secret with a hash in constant time.
 *
 * @param hash in the format that `secretHashForm` (config/) describes
 * @throws {OAuthError} `temporarily_unavailable` if too many slow comparisons are waiting
 */
export async function secretMatches(secret: string, hash: string): Promise<boolean> {
  const [kind, ...parts] = hash.split(':');
  const expected = Buffer.from(parts.at(-1) ?? '', 'base64url');
  const actual =
    kind === 'sha256'
      ? createHash('sha256').update(secret).digest()
      : await derive(secret, Buffer.from(parts[3] ?? '', 'base64url'), expected.length, {
          logN: Number(parts[0]),
          r: Number(parts[1]),
          p: Number(parts[2]),
        });
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function derive(
  secret: string,
  salt: Buffer,
  length: number,
  cost: { logN: number; r: number; p: number },
): Promise<Buffer> {
  const options = { N: 2 ** cost.logN, r: cost.r, p: cost.p, maxmem: 2 ** 29 };
  return slowly(
    () =>
      new Promise((resolve, reject) => {
        scrypt(secret, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
      }),
  );
}
