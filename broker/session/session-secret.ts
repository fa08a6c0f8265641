import { randomBytes } from 'node:crypto';
import { sha256 } from '../keys/hash.ts';

/** The two halves of what a browser holds of its session. The store knows a hash of each, and what the secret seals. */
export interface SessionSecret {
  /** 128 bits, base64url. */
  id: string;
  /** 128 bits. */
  secret: Buffer;
}

export function newSessionSecret(): SessionSecret {
  return { id: randomBytes(16).toString('base64url'), secret: randomBytes(16) };
}

/** The session's row. */
export const sessionRowId = ({ id }: SessionSecret): string => sha256(`session:${id}`);

/** Shows that a presented secret is the right one without opening anything. */
export const secretCheckOf = ({ secret }: SessionSecret): string =>
  sha256(Buffer.concat([Buffer.from('session-secret:'), secret]));

/** As the cookie's value. */
export const formatSessionSecret = ({ id, secret }: SessionSecret): string => `${id}.${secret.toString('base64url')}`;

/** @returns `undefined` where the text is not of the form that {@link formatSessionSecret} writes */
export function parseSessionSecret(text: string): SessionSecret | undefined {
  const match = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  return { id: match[1], secret: Buffer.from(match[2], 'base64url') };
}
