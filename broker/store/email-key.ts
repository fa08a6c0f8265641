import { domainToASCII } from 'node:url';
import { sha256 } from '../keys/hash.ts';

/**
 * The key under which a person is found by e-mail. Spellings that people and mail systems take for the same have the
 * same key: any case, composed or decomposed characters, and internationalized domains in either form (RFC 6531,
 * UTS #46). It is a hash, so it has one length, however long the address is.
 */
export function emailKey(email: string): string {
  const domain = emailDomain(email);
  // Some providers send a user name instead.
  if (domain === undefined) return sha256(folded(email));
  return sha256(`${folded(email.slice(0, email.lastIndexOf('@')))}@${domain}`);
}

/** The domain of an address, the same for all of its spellings. `undefined` if it is a user name. */
export function emailDomain(email: string): string | undefined {
  const at = email.lastIndexOf('@');
  if (at < 0) return undefined;
  const domain = email.slice(at + 1);
  return domainToASCII(domain.normalize('NFKC')) || folded(domain);
}

/** Unicode's caseless matching (chapter 3.13, D146), as near as `String` comes to it: `ß` is `ss`, `ς` is `σ`. */
const folded = (text: string): string =>
  [...text.toWellFormed().normalize('NFKC')].map(foldedCharacter).join('').normalize('NFKC');

/** A dotless `ı` is a letter of its own, though its capital is `I`. */
const foldedCharacter = (character: string): string =>
  character === 'ı' ? character : character.toUpperCase().toLowerCase();
