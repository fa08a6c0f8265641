import { createHash } from 'node:crypto';

/**
 * Public half of the key that gives the demo's extension its ID (manifest `key`, base64 of the
 * SubjectPublicKeyInfo). The private half was deleted, so nobody can sign a package with this ID.
 */
export const demoExtensionKey =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvOO8xQopxeuM0eT3rt4iXsVkDpFpzheImbfyM3O6CQw9JWWV/FQ5gS+vVn+eJ2Jv' +
  'XaxcX1U4Jggqtp8ph0GzPzut3JE3QyHm/IJOhp8c6uKpu+PgZk9RsdEpFN6n4VxhaxWLdITUTWxtAq8bdgBAHAvnHlzmxquePh8L+5OdZ01s' +
  'nYUyGaQ9QUk3PBk7yf4o8rA9QHX9d5ABBEwDV5u+xwrSFaKHgXgHr4bFiSVqDdBVZ695c3O2+vODwMLZlVlau3U9ALDHcX+rDIGbhVZXgFZ3' +
  'vBoypjvganPanTVFGfH578BFg9G7N+QzRq8g6e9UPLG2D0TEyCxA49DUcbovhwIDAQAB';

/** ID of the demo's extension in Firefox (`browser_specific_settings.gecko.id`). */
export const demoFirefoxId = 'latchkey@example.com';

/** Chromium's ID of an extension: the first 128 bits of the key's SHA-256, written with the letters a to p. */
export function chromeExtensionId(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 32);
  return digest.replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));
}

/** The redirect URI of `identity.launchWebAuthFlow` in Chromium. */
export const chromeRedirectUri = (id: string): string => `https://${id}.chromiumapp.org/`;

/** The redirect URI of `identity.launchWebAuthFlow` in Firefox. Its host is derived from the SHA-1 of the ID. */
export const firefoxRedirectUri = (id: string): string =>
  `https://${createHash('sha1').update(id).digest('hex')}.extensions.allizom.org/`;
