import { hkdfSync, randomBytes } from 'node:crypto';
import { sha256 } from '../keys/hash.ts';
import type { KeyRing } from '../keys/ring.ts';

/** A device's `refresh_token`: the family and the current secret. */
export interface DeviceRefreshToken {
  /** 128 bits, base64url; stays the same for the family. */
  family: string;
  /** 256 bits: seals the family's upstream refresh token, together with the ring. */
  secret: Buffer;
}

export function newRefreshToken(): DeviceRefreshToken {
  return { family: randomBytes(16).toString('base64url'), secret: randomBytes(32) };
}

export const formatRefreshToken = ({ family, secret }: DeviceRefreshToken): string =>
  `${family}.${secret.toString('base64url')}`;

export function parseRefreshToken(text: string): DeviceRefreshToken | undefined {
  const match = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  return { family: match[1], secret: Buffer.from(match[2], 'base64url') };
}

/** The family's row. */
export const familyRowId = ({ family }: Pick<DeviceRefreshToken, 'family'>): string => sha256(`device:${family}`);

/** The labels with `device-handle`, here and below, are part of stored hashes and issued tokens: never change them. */
export const refreshTokenHash = ({ secret }: DeviceRefreshToken): string =>
  sha256(Buffer.concat([Buffer.from('device-handle:'), secret]));

const derive = (refreshToken: DeviceRefreshToken, ringKey: Uint8Array): DeviceRefreshToken => ({
  family: refreshToken.family,
  secret: Buffer.from(
    hkdfSync('sha256', ringKey, refreshToken.secret, `latchkey/v1/device-handle\0${refreshToken.family}`, 32),
  ),
});

/**
 * The refresh token that replaces this one. It is derived, not random: a retry after a lost answer, or a second shell at
 * the same time, gets the same one.
 */
export const nextRefreshToken = (refreshToken: DeviceRefreshToken, ring: KeyRing): DeviceRefreshToken =>
  derive(refreshToken, ring.current.key);

/** The next refresh token as it was issued, whichever key of the ring was current then. */
export function findNextRefreshToken(
  refreshToken: DeviceRefreshToken,
  ring: KeyRing,
  currentHash: string,
): DeviceRefreshToken | undefined {
  return ring.all.map(({ key }) => derive(refreshToken, key)).find((next) => refreshTokenHash(next) === currentHash);
}
