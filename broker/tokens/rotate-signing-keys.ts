import type { KeyRing } from '../keys/ring.ts';
import type { SigningKey, SigningKeyStore } from '../store/store.ts';
import { newSigningKey } from './new-signing-key.ts';

/** How long a key must be published before it signs: verifiers cache `/jwks` for five minutes, and load it in the background. */
export const publishedMs = 360_000;
/** How much longer than its tokens a retired key is kept: clocks differ, and tokens are under way. */
const afterLastTokenMs = 60_000;

/** The next key was published too recently, so some verifiers may not know it yet. */
export class TooEarlyError extends Error {
  override readonly name = 'TooEarlyError';
  readonly waitMs: number;

  constructor(waitMs: number) {
    super(
      `the next signing key hasn't been published for long enough. Try again in ${Math.ceil(waitMs / 60_000)} minutes`,
    );
    this.waitMs = waitMs;
  }
}

/**
 * Rotates the signing keys: `next` becomes `active`, the `active` key is retired, and a new `next` is published.
 * Running brokers read the keys before each token, so they sign with the new key from then on.
 *
 * @param options `tokenLifeMs` is the longest lifetime of any token. `force` skips the wait, for a compromised key.
 * @throws {TooEarlyError} if the next key was published too recently
 */
export async function rotateSigningKeys(
  { store, ring }: { store: SigningKeyStore; ring: KeyRing },
  now: number,
  { tokenLifeMs, force }: { tokenLifeMs: number; force: boolean },
): Promise<{ active: string; retired: string | undefined; next: string }> {
  const next = await nextKey(store, ring, now);
  const waitMs = next.createdAt + publishedMs - now;
  if (waitMs > 0 && !force) throw new TooEarlyError(waitMs);
  const retired = (await store.listSigningKeys()).find(({ state }) => state === 'active')?.kid;
  const rotated = { type: 'keys.rotated', detail: { active: next.kid, ...(retired && { retired }) } };
  const report = { at: now, audit: [rotated] };
  await store.setSigningKeyState(next.kid, 'active', now + tokenLifeMs + afterLastTokenMs, report);
  const { kid } = await nextKey(store, ring, now);
  return { active: next.kid, retired, next: kid };
}

/** Returns the `next` key, creating it if necessary. */
async function nextKey(store: SigningKeyStore, ring: KeyRing, now: number): Promise<SigningKey> {
  const find = async () => (await store.listSigningKeys()).find(({ state }) => state === 'next');
  const found = await find();
  if (found) return found;
  await store.insertSigningKey(await newSigningKey(ring, 'next', now));
  const made = await find();
  if (!made) throw new Error('the signing key just stored is not there');
  return made;
}
