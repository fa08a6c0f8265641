import { randomBytes } from 'node:crypto';
import { cookieName } from '@latchkey/shared/session-api.ts';
import { getCookie, setCookie } from 'hono/cookie';
import type { BrokerContext } from '../env.ts';
import { sha256 } from '../keys/hash.ts';

/** The two halves of a session cookie's value. The store knows a hash of each, and what the secret seals. */
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

/** @returns the cookie that belongs to the proof's key, if it is there and well-formed */
export function readSessionCookie(c: BrokerContext, jkt: string): SessionSecret | undefined {
  const match = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/.exec(getCookie(c, cookieName(jkt)) ?? '');
  if (!match?.[1] || !match[2]) return undefined;
  return { id: match[1], secret: Buffer.from(match[2], 'base64url') };
}

/** @param maxAgeMs the value stays the same for the session's life; only this is renewed */
export function writeSessionCookie(
  c: BrokerContext,
  jkt: string,
  { id, secret }: SessionSecret,
  maxAgeMs: number,
): void {
  write(c, jkt, `${id}.${secret.toString('base64url')}`, Math.max(0, Math.floor(maxAgeMs / 1_000)));
}

export function clearSessionCookie(c: BrokerContext, jkt: string): void {
  write(c, jkt, '', 0);
}

function write(c: BrokerContext, jkt: string, value: string, maxAge: number): void {
  // Secure and Path=/ are what `__Host-` demands (RFC 6265bis §4.1.3.2).
  setCookie(c, cookieName(jkt), value, { httpOnly: true, secure: true, sameSite: 'Strict', path: '/', maxAge });
}
