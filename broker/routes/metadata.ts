import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { assertionAlgorithms } from '../services/assertion.ts';
import { deviceCodeGrant } from './token.ts';

/**
 * `GET /.well-known/oauth-authorization-server` (RFC 8414) and `/.well-known/openid-configuration`. They
 * name what is there and nothing else: there is no authorization endpoint for other people's clients.
 */
export function metadata({ config }: Deps) {
  return (c: BrokerContext) => {
    c.header('Cache-Control', 'public, max-age=3600');
    c.header('Access-Control-Allow-Origin', '*');
    return c.json(document(config));
  };
}

const serviceMethods = ['private_key_jwt', 'client_secret_basic', 'client_secret_post'];

/** As the configuration stands now: it can change while the broker runs. */
function document({ issuer, resources }: Deps['config']) {
  return {
    issuer,
    token_endpoint: `${issuer}/token`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: [...new Set([...resources.values()].flatMap(({ scopes }) => Object.keys(scopes)))],
    response_types_supported: [],
    grant_types_supported: [deviceCodeGrant, 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['none', ...serviceMethods],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: ['none'],
    introspection_endpoint_auth_methods_supported: serviceMethods,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_signing_alg_values_supported: ['ES256'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    dpop_signing_alg_values_supported: ['ES256'],
  };
}
