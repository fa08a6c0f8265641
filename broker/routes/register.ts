import { OAuthError } from '../errors.ts';

/** `POST /register`: dynamic registration (RFC 7591) is off, and the metadata names no endpoint. Who tries is told why. */
export function register(): never {
  throw new OAuthError(
    'not_found',
    'clients are not registered here: an administrator lists them under devices in the configuration',
  );
}
