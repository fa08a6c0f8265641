import { longestTokenLifeMs } from '../config/schema.ts';
import type { SigningAlgorithm } from '../config/types.ts';
import type { KeyRing } from '../keys/ring.ts';
import type { SigningKey, SigningKeyStore } from '../store/store.ts';
import { newSigningKey } from './new-signing-key.ts';
import { findSigningKey, signingAlgorithms } from './signing-keys.ts';

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

/** What a rotation did to the keys of one algorithm: their `kid`s. */
export interface Rotated {
  alg: SigningAlgorithm;
  active: string;
  retired: string | undefined;
  next: string;
}

/**
 * Rotates the signing keys of each algorithm: `next` becomes `active`, the `active` key is retired, and a new `next` is
 * published. Running brokers read the keys before each token, so they sign with the new keys from then on.
 *
 * A retired key is published for as long as any configuration lets tokens live: the current one may be shorter than the
 * one they were issued under.
 *
 * @param options `force` skips the wait, for a compromised key
 * @throws {TooEarlyError} if a next key was published too recently; nothing is rotated
 */
export async function rotateSigningKeys(
  { store, ring }: { store: SigningKeyStore; ring: KeyRing },
  now: number,
  { force }: { force: boolean },
): Promise<Rotated[]> {
  const waits: number[] = [];
  for (const alg of signingAlgorithms) waits.push((await nextKey(store, ring, alg, now)).createdAt + publishedMs - now);
  const waitMs = Math.max(...waits);
  if (waitMs > 0 && !force) throw new TooEarlyError(waitMs);
  const rotated: Rotated[] = [];
  for (const alg of signingAlgorithms) rotated.push(await rotate({ store, ring }, alg, now));
  return rotated;
}

async function rotate(
  { store, ring }: { store: SigningKeyStore; ring: KeyRing },
  alg: SigningAlgorithm,
  now: number,
): Promise<Rotated> {
  const { kid: active } = await nextKey(store, ring, alg, now);
  const retired = findSigningKey(await store.listSigningKeys(), { alg, state: 'active' })?.kid;
  const entry = { type: 'keys.rotated', detail: { alg, active, ...(retired && { retired }) } };
  const report = { at: now, audit: [entry] };
  await store.setSigningKeyState(active, 'active', now + longestTokenLifeMs + afterLastTokenMs, report);
  const { kid: next } = await nextKey(store, ring, alg, now);
  return { alg, active, retired, next };
}

/** Returns the `next` key, creating it if necessary. */
async function nextKey(store: SigningKeyStore, ring: KeyRing, alg: SigningAlgorithm, now: number): Promise<SigningKey> {
  const find = async () => findSigningKey(await store.listSigningKeys(), { alg, state: 'next' });
  const found = await find();
  if (found) return found;
  await store.insertSigningKey(await newSigningKey(ring, 'next', now, alg));
  const made = await find();
  if (!made) throw new Error('the signing key just stored is not there');
  return made;
}
