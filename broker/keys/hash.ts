import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
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
  const key = new Uint8Array(hkdfSync('sha256', ringKey, new Uint8Array(0), `latchkey/v1/${purpose}`, 32));
  return createHmac('sha256', key).update(value).digest();
}

/** Whether `mac` was made by {@link keyedDigest} with any key of the ring (keys rotate while values are in flight). */
export const macMatches = (ring: KeyRing, purpose: string, value: string | Uint8Array, mac: string): boolean =>
  ring.all.some(({ key }) => sameText(keyedDigest(key, purpose, value).toString('base64url'), mac));
