import { randomInt } from 'node:crypto';
import { keyedDigest } from '../keys/hash.ts';
import type { KeyRing } from '../keys/ring.ts';

/** No vowels, so no words, and no look-alike characters (RFC 8628 §6.1). */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

/** How long a user code and its device code are valid. */
export const userCodeLifeMs = 600_000;

/** Draws a user code in the form `XXXX-XXXX`: 8 letters out of 20, which gives 20⁸ = 2.56 × 10¹⁰ codes. */
export function newUserCode(): string {
  const letters = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** What people type between letters, and what comes along unseen when text is copied: U+200B, bidi isolates, U+00AD. */
const separators = /[\s\p{Pd}\p{Cf}\p{Default_Ignorable_Code_Point}._]/gu;

/**
 * Normalizes a code as people type or paste it: any case and width, with hyphens, spaces, invisible characters or none
 * of these, or the whole link.
 *
 * @returns `XXXX-XXXX`, or `undefined` if the text cannot be a user code
 */
export function normalizeUserCode(text: string): string | undefined {
  if (text.length > 400) return undefined;
  const code = /[?&]user_code=([^&#\s]+)/.exec(text)?.[1] ?? text;
  const letters = code.normalize('NFKC').toUpperCase().replace(separators, '');
  if (letters.length !== length || [...letters].some((letter) => !alphabet.includes(letter))) return undefined;
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** User codes are short enough to guess, so the store holds only a hash keyed by the ring. */
export const userCodeHash = (ringKey: Uint8Array, userCode: string): string =>
  keyedDigest(ringKey, 'user-code', userCode).toString('base64url');

/** A pending code may have been stored under any key of the ring. */
export const userCodeHashes = (ring: KeyRing, userCode: string): string[] =>
  ring.all.map(({ key }) => userCodeHash(key, userCode));
