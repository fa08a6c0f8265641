import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { deviceCodeGrant } from './token.ts';

/**
 * `GET /.well-known/oauth-authorization-server` (RFC 8414) and `/.well-known/openid-configuration`. They
 * name what is there and nothing else: there is no authorization endpoint for other people's clients.
 */
export function metadata({ config }: Deps) {
  const { issuer } = config;
  const document = {
    issuer,
    token_endpoint: `${issuer}/token`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: [...new Set([...config.resources.values()].flatMap(({ scopes }) => Object.keys(scopes)))],
    response_types_supported: [],
    grant_types_supported: [deviceCodeGrant, 'refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    dpop_signing_alg_values_supported: ['ES256'],
  };
  return (c: BrokerContext) => {
    c.header('Cache-Control', 'public, max-age=3600');
    c.header('Access-Control-Allow-Origin', '*');
    return c.json(document);
  };
}
