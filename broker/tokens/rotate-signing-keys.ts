import type { KeyRing } from '../keys/ring.ts';
import type { AuditStore, SigningKey, SigningKeyStore } from '../store/store.ts';
import { newSigningKey } from './new-signing-key.ts';
import { rereadMs } from './signing-keys.ts';

/**
 * How long a key must be published before it signs. Verifiers cache `/jwks` for five minutes, and replicas cache keys
 * for 30 seconds.
 */
export const publishedMs = 300_000 + 2 * rereadMs;

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
 * Running brokers pick up the change within 30 seconds and may sign with the old key until then.
 *
 * @param options `tokenLifeMs` is the longest lifetime of any token. `force` skips the wait, for a compromised key.
 * @throws {TooEarlyError} if the next key was published too recently
 */
export async function rotateSigningKeys(
  { store, ring }: { store: SigningKeyStore & AuditStore; ring: KeyRing },
  now: number,
  { tokenLifeMs, force }: { tokenLifeMs: number; force: boolean },
): Promise<{ active: string; retired: string | undefined; next: string }> {
  const next = await nextKey(store, ring, now);
  const waitMs = next.createdAt + publishedMs - now;
  if (waitMs > 0 && !force) throw new TooEarlyError(waitMs);
  const retired = (await store.listSigningKeys()).find(({ state }) => state === 'active')?.kid;
  await store.setSigningKeyState(next.kid, 'active', now + tokenLifeMs + 2 * rereadMs);
  const { kid } = await nextKey(store, ring, now);
  await store.appendAudit({ type: 'keys.rotated', detail: { active: next.kid, ...(retired && { retired }) } }, now);
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
