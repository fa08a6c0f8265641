import { randomInt } from 'node:crypto';
import { keyedDigest } from '../keys/hash.ts';
import type { KeyRing } from '../keys/ring.ts';

/** No vowels, so no words; nothing that looks like something else (RFC 8628 §6.1). */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

/** Draws a user code: 8 of 20 letters, 20⁸ = 2.56 × 10¹⁰ of them, as `XXXX-XXXX`. */
export function newUserCode(): string {
  const letters = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/**
 * Reads a code as people type and paste it: any case and width, with hyphens, spaces or none, or the whole link.
 *
 * @returns `XXXX-XXXX`, or `undefined` where it can be no code of ours
 */
export function normalizeUserCode(text: string): string | undefined {
  if (text.length > 400) return undefined;
  const code = /[?&]user_code=([^&#\s]+)/.exec(text)?.[1] ?? text;
  const letters = code
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}._]/gu, '');
  if (letters.length !== length || [...letters].some((letter) => !alphabet.includes(letter))) return undefined;
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** User codes are short enough to be guessed, so the store has them under a key of the ring. */
export const userCodeHash = (ringKey: Uint8Array, userCode: string): string =>
  keyedDigest(ringKey, 'user-code', userCode).toString('base64url');

/** A code that waits may have been stored under any key of the ring. */
export const userCodeHashes = (ring: KeyRing, userCode: string): string[] =>
  ring.all.map(({ key }) => userCodeHash(key, userCode));
