import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './ring.ts';

/** SHA-256 in base64url: how ids and codes of 128 bits and more are stored. */
export const sha256 = (value: string | Uint8Array): string => createHash('sha256').update(value).digest('base64url');

/** Compares in constant time; different lengths are unequal. */
export function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A keyed digest under a key of the ring for one purpose. Used where what is hashed could be guessed. */
export function keyedDigest(ringKey: Uint8Array, purpose: string, value: string | Uint8Array): Buffer {
  return createHmac('sha256', digestKey(ringKey, purpose)).update(value).digest();
}

/** Deriving a key costs more than the digest, and there is one for each of a few purposes. */
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

/** Whether `mac` was made by {@link keyedDigest} with any key of the ring (keys rotate while values are in flight). */
export const macMatches = (ring: KeyRing, purpose: string, value: string | Uint8Array, mac: string): boolean =>
  ring.all.some(({ key }) => sameText(keyedDigest(key, purpose, value).toString('base64url'), mac));
