import { cookieName } from '@latchkey/shared/session-api.ts';
import { getCookie, setCookie } from 'hono/cookie';
import type { BrokerContext } from '../env.ts';
import {
  formatSessionSecret,
  parseSessionSecret,
  type SessionSecret,
  sessionRowId,
} from '../session/session-secret.ts';

/**
 * Reads the cookie that belongs to the proof's key.
 *
 * @returns `undefined` if the cookie is missing or malformed
 */
export const readSessionCookie = (c: BrokerContext, jkt: string): SessionSecret | undefined =>
  parseSessionSecret(getCookie(c, cookieName(jkt)) ?? '');

/**
 * The sessions whose cookies this browser has, by ID. A cookie alone opens nothing: this only tells people which of their own
 * sign-ins is the one in front of them.
 */
export const sessionsHere = (c: BrokerContext): ReadonlySet<string> =>
  new Set(
    Object.values(getCookie(c)).flatMap((value) => {
      const secret = parseSessionSecret(value);
      return secret ? [sessionRowId(secret)] : [];
    }),
  );

/**
 * Writes the session cookie.
 *
 * @param maxAgeMs the only part that is renewed; the value stays the same for the life of the session
 */
export function writeSessionCookie(c: BrokerContext, jkt: string, secret: SessionSecret, maxAgeMs: number): void {
  write(c, jkt, formatSessionSecret(secret), Math.max(0, Math.floor(maxAgeMs / 1_000)));
}

export function clearSessionCookie(c: BrokerContext, jkt: string): void {
  write(c, jkt, '', 0);
}

function write(c: BrokerContext, jkt: string, value: string, maxAge: number): void {
  // `__Host-` requires Secure and Path=/ (RFC 6265bis §4.1.3.2).
  setCookie(c, cookieName(jkt), value, { httpOnly: true, secure: true, sameSite: 'Strict', path: '/', maxAge });
}
