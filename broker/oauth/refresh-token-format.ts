import { hkdfSync, randomBytes } from 'node:crypto';
import { sha256 } from '../keys/hash.ts';
import type { KeyRing } from '../keys/ring.ts';

/** A device's `refresh_token`: the family and the current secret. */
export interface DeviceRefreshToken {
  /** 128 bits, base64url. Constant for the whole family. */
  family: string;
  /** 256 bits. Together with the key ring, it seals the family's upstream refresh token. */
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

/** The row ID of the family. */
export const familyRowId = ({ family }: Pick<DeviceRefreshToken, 'family'>): string => sha256(`device:${family}`);

/** The `device-handle` labels, here and below, are part of stored hashes and issued tokens. Never change them. */
export const refreshTokenHash = ({ secret }: DeviceRefreshToken): string =>
  sha256(Buffer.concat([Buffer.from('device-handle:'), secret]));

const derive = (refreshToken: DeviceRefreshToken, ringKey: Uint8Array): DeviceRefreshToken => ({
  family: refreshToken.family,
  secret: Buffer.from(
    hkdfSync('sha256', ringKey, refreshToken.secret, `latchkey/v1/device-handle\0${refreshToken.family}`, 32),
  ),
});

/**
 * Returns the successor of a refresh token. The successor is derived, not random, so a retry after a lost response, or
 * a second shell at the same time, gets the same token.
 */
export const nextRefreshToken = (refreshToken: DeviceRefreshToken, ring: KeyRing): DeviceRefreshToken =>
  derive(refreshToken, ring.current.key);

/** Returns the successor exactly as it was issued, whichever ring key was current at that time. */
export function findNextRefreshToken(
  refreshToken: DeviceRefreshToken,
  ring: KeyRing,
  currentHash: string,
): DeviceRefreshToken | undefined {
  return ring.all.map(({ key }) => derive(refreshToken, key)).find((next) => refreshTokenHash(next) === currentHash);
}
