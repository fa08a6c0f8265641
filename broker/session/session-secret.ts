import { randomBytes } from 'node:crypto';
import { sha256 } from '../keys/hash.ts';

/** The two halves of a browser's session secret. The store holds only a hash of each, and data sealed under the secret. */
export interface SessionSecret {
  /** 128 bits, base64url. */
  id: string;
  /** 128 bits. */
  secret: Buffer;
}

export function newSessionSecret(): SessionSecret {
  return { id: randomBytes(16).toString('base64url'), secret: randomBytes(16) };
}

/** The row ID of the session. */
export const sessionRowId = ({ id }: SessionSecret): string => sha256(`session:${id}`);

/** Verifies a presented secret without opening anything. */
export const secretCheckOf = ({ secret }: SessionSecret): string =>
  sha256(Buffer.concat([Buffer.from('session-secret:'), secret]));

/** Formats the secret as the cookie value. */
export const formatSessionSecret = ({ id, secret }: SessionSecret): string => `${id}.${secret.toString('base64url')}`;

/**
 * Parses a cookie value.
 *
 * @returns `undefined` if the text does not have the format of {@link formatSessionSecret}
 */
export function parseSessionSecret(text: string): SessionSecret | undefined {
  const match = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  return { id: match[1], secret: Buffer.from(match[2], 'base64url') };
}
