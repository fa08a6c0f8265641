import type { KeyRing } from '../keys/ring.ts';
import type { RevokedKeys, SigningKeyStore } from '../store/store.ts';
import { newSigningKey } from './new-signing-key.ts';

/** No signing key has this ID. Nothing was changed. */
export class UnknownKeyError extends Error {
  override readonly name = 'UnknownKeyError';
}

/**
 * Revokes signing keys: from now on, no broker signs with them, publishes them, or accepts what they have signed. If
 * the active key is among them, `next` signs at once, and a new `next` is published. Extensions are told to ask for new
 * tokens.
 *
 * APIs that verify on their own accept the keys until they load `/jwks` again.
 *
 * @param kids IDs of signing keys, or `all`: the database has the next key, too
 * @throws {UnknownKeyError} if there is no such key
 */
export async function revokeSigningKeys(
  { store, ring }: { store: SigningKeyStore; ring: KeyRing },
  now: number,
  kids: readonly string[] | 'all',
): Promise<RevokedKeys> {
  const known = (await store.listSigningKeys()).map(({ kid }) => kid);
  const unknown = kids === 'all' ? undefined : kids.find((kid) => !known.includes(kid));
  if (unknown !== undefined) throw new UnknownKeyError(`no signing key has the ID "${unknown}"`);
  const spares = await Promise.all((['active', 'next'] as const).map((state) => newSigningKey(ring, state, now)));
  return store.revokeSigningKeys(kids, spares, (result) => ({
    at: now,
    audit: [{ type: 'keys.revoked', detail: { ...result } }],
    events: [{ type: 'policy' }],
  }));
}
