import { OAuthError } from '../errors.ts';

/**
 * `POST /register`: dynamic registration (RFC 7591) is disabled, and the metadata names no endpoint. The error tells
 * the caller why.
 */
export function register(): never {
  throw new OAuthError(
    'not_found',
    'dynamic client registration is not supported; add clients under devices in the configuration',
  );
}
