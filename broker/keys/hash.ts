import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './ring.ts';

/** SHA-256 in base64url. Used to store ids and codes with at least 128 bits of entropy. */
export const sha256 = (value: string | Uint8Array): string => hash('sha256', value, 'base64url');

/** Compares strings in constant time. Strings of different lengths are unequal. */
export function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** HMAC-SHA-256 under a purpose-specific key derived from a ring key. Used for values that could be guessed. */
export function keyedDigest(ringKey: Uint8Array, purpose: string, value: string | Uint8Array): Buffer {
  return createHmac('sha256', digestKey(ringKey, purpose)).update(value).digest();
}

/** Caches derived keys, because deriving one costs more than the digest. There are only a few purposes. */
const digestKeys = new WeakMap<Uint8Array, Map<string, KeyObject>>();

function digestKey(ringKey: Uint8Array, purpose: string): KeyObject {
  const derived = digestKeys.get(ringKey) ?? new Map<string, KeyObject>();
  digestKeys.set(ringKey, derived);
  const known = derived.get(purpose);
  if (known) return known;
  const bytes = hkdfSync('sha256', ringKey, new Uint8Array(0), `latchkey/v1/${purpose}`, 32);
  const key = createSecretKey(new Uint8Array(bytes));
  derived.set(purpose, key);
  return key;
}

/** Whether `mac` matches {@link keyedDigest} under any ring key. Keys may rotate while values are in flight. */
export const macMatches = (ring: KeyRing, purpose: string, value: string | Uint8Array, mac: string): boolean =>
  ring.all.some(({ key }) => sameText(keyedDigest(key, purpose, value).toString('base64url'), mac));
