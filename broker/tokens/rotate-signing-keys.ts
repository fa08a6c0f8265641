import type { KeyRing } from '../keys/ring.ts';
import type { AuditStore, SigningKey, SigningKeyStore } from '../store/store.ts';
import { newSigningKey } from './new-signing-key.ts';
import { rereadMs } from './signing-keys.ts';

/**
 * How long a key has to be published before it signs: verifiers keep what they read for five minutes (`/jwks`), and
 * replicas for half a minute.
 */
export const publishedMs = 300_000 + 2 * rereadMs;

/** The next key is too young: some verifier may not know it yet. */
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
 * Moves the signing keys on by one: `next` signs from now on, `active` is retired, and a new `next` is published. Brokers
 * that run see it within half a minute, and may sign with the old key until then.
 *
 * @param options `tokenLifeMs`: the longest life of any token; `force` doesn't wait: for a key that was stolen
 * @throws {TooEarlyError}
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

/** The key that is `next`, made if there is none. */
async function nextKey(store: SigningKeyStore, ring: KeyRing, now: number): Promise<SigningKey> {
  const find = async () => (await store.listSigningKeys()).find(({ state }) => state === 'next');
  const found = await find();
  if (found) return found;
  await store.insertSigningKey(await newSigningKey(ring, 'next', now));
  const made = await find();
  if (!made) throw new Error('the signing key just stored is not there');
  return made;
}
