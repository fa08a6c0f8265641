import type { OAuthErrorCode } from '@latchkey/shared/oauth-errors.ts';
import type { Config } from '../config/types.ts';

/** What only an administrator can change. */
const forAdministrators = new Set<OAuthErrorCode>([
  'access_denied',
  'invalid_client',
  'unauthorized_client',
  'invalid_scope',
  'invalid_target',
  'insufficient_group',
  'upstream_error',
  'server_error',
]);

/** Names the organization's help as `error_uri` (RFC 6749 §5.2), if the person needs somebody else. */
export function errorUri({ branding }: Pick<Config, 'branding'>, code: OAuthErrorCode): { error_uri?: string } {
  const { url } = branding.support;
  return url !== undefined && forAdministrators.has(code) ? { error_uri: url } : {};
}
