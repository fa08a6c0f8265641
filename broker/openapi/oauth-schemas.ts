const text = { type: 'string' };
const url = { type: 'string', format: 'uri' };
const texts = { type: 'array', items: text };
const flag = { type: 'boolean' };

/** A schema whose members are all there, but those of `optional`. */
const objectOf = <Members extends Record<string, object>>(
  properties: Members,
  optional: readonly (keyof Members)[] = [],
) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

/** What the OAuth endpoints answer. Their forms are specified by the RFCs, so nothing in the broker parses them. */
export const oauthSchemas = {
  TokenAnswer: objectOf(
    {
      access_token: text,
      token_type: { enum: ['Bearer', 'DPoP'] },
      expires_in: { type: 'integer' },
      scope: text,
      refresh_token: text,
      id_token: text,
    },
    ['refresh_token', 'id_token'],
  ),
  DeviceAuthorizationAnswer: objectOf(
    {
      device_code: text,
      user_code: text,
      verification_uri: url,
      verification_uri_complete: url,
      expires_in: { type: 'integer' },
      interval: { type: 'integer' },
      latchkey_number: { type: 'string', pattern: '^[1-9][0-9]$' },
    },
    ['latchkey_number'],
  ),
  UserInfo: objectOf(
    { sub: text, name: text, preferred_username: text, email: text, email_verified: flag, groups: texts },
    ['name', 'preferred_username', 'email', 'email_verified', 'groups'],
  ),
  Metadata: objectOf({
    issuer: url,
    authorization_endpoint: url,
    token_endpoint: url,
    device_authorization_endpoint: url,
    revocation_endpoint: url,
    introspection_endpoint: url,
    userinfo_endpoint: url,
    end_session_endpoint: url,
    jwks_uri: url,
    scopes_supported: texts,
    claims_supported: texts,
    response_types_supported: texts,
    response_modes_supported: texts,
    authorization_response_iss_parameter_supported: flag,
    code_challenge_methods_supported: texts,
    ui_locales_supported: texts,
    prompt_values_supported: texts,
    request_parameter_supported: flag,
    request_uri_parameter_supported: flag,
    claims_parameter_supported: flag,
    grant_types_supported: texts,
    token_endpoint_auth_methods_supported: texts,
    token_endpoint_auth_signing_alg_values_supported: texts,
    revocation_endpoint_auth_methods_supported: texts,
    introspection_endpoint_auth_methods_supported: texts,
    introspection_endpoint_auth_signing_alg_values_supported: texts,
    introspection_signing_alg_values_supported: texts,
    subject_types_supported: texts,
    userinfo_signing_alg_values_supported: texts,
    id_token_signing_alg_values_supported: texts,
    dpop_signing_alg_values_supported: texts,
  }),
  JwkSet: objectOf({
    keys: {
      type: 'array',
      items: objectOf(
        {
          kty: { enum: ['EC', 'RSA'] },
          kid: text,
          alg: text,
          use: { const: 'sig' },
          crv: text,
          x: text,
          y: text,
          n: text,
          e: text,
        },
        ['crv', 'x', 'y', 'n', 'e'],
      ),
    },
  }),
  OktaVerification: objectOf({ verification: text }),
};
