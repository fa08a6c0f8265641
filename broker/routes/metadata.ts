import { deviceCodeGrantType } from '@latchkey/shared/grant-types.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { assertionAlgorithms } from '../oauth/client-authentication/private-key-jwt.ts';
import { identityScopesSupported } from '../oauth/identity-scopes.ts';
import { languages } from '../web/pages/languages.ts';

/**
 * `GET /.well-known/oauth-authorization-server` (RFC 8414) and `/.well-known/openid-configuration`. They list only
 * what exists. There is no `registration_endpoint`, because an administrator configures the clients.
 */
export function metadata({ config }: Pick<Deps, 'config'>) {
  return (c: BrokerContext) => {
    c.header('Cache-Control', 'public, max-age=3600');
    return c.json(document(config));
  };
}

const serviceMethods = ['private_key_jwt', 'client_secret_basic', 'client_secret_post'];

/** Builds the document from the current configuration, which can change while the broker runs. */
function document({ issuer, resources }: Deps['config']) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    userinfo_endpoint: `${issuer}/userinfo`,
    end_session_endpoint: `${issuer}/logout`,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: [
      ...new Set([...identityScopesSupported, ...[...resources.values()].flatMap(({ scopes }) => Object.keys(scopes))]),
    ],
    claims_supported: [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'acr',
      'amr',
      'nonce',
      'sid',
      'name',
      'preferred_username',
      'email',
      'email_verified',
      'groups',
    ],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    authorization_response_iss_parameter_supported: true,
    code_challenge_methods_supported: ['S256'],
    ui_locales_supported: languages.map(({ tag }) => tag),
    prompt_values_supported: ['login', 'select_account'],
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    claims_parameter_supported: false,
    grant_types_supported: ['authorization_code', deviceCodeGrantType, 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['none', ...serviceMethods],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: ['none'],
    introspection_endpoint_auth_methods_supported: serviceMethods,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_signing_alg_values_supported: ['ES256'],
    subject_types_supported: ['public'],
    userinfo_signing_alg_values_supported: ['none'],
    id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    dpop_signing_alg_values_supported: ['ES256'],
  };
}
