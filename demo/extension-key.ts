export { chromeExtensionId, chromeRedirectUri, firefoxRedirectUri } from '../extension/packaging/extension-id.ts';

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
