import { deviceCodeGrantType } from '@latchkey/shared/grant-types.ts';
import type { AuthorizationParameter } from '../../oauth/authorization-request.ts';
import type { FormParameter } from '../../oauth/form.ts';
import { formSchema } from '../form-parameters.ts';
import type { HeaderUse } from '../headers.ts';
import type { Schema } from '../json-schema.ts';
import { json, type Operation, type Parameter, type Paths, page } from '../operation.ts';
import { schema } from '../schemas.ts';
import type { SecurityScheme } from '../security-schemes.ts';

const readableByPages = [
  'Access-Control-Allow-Origin',
  'Access-Control-Expose-Headers',
] as const satisfies readonly HeaderUse[];

/** What a page of any origin may call: the operation, and the preflight that browsers send before it (Fetch §3.2). */
export const crossOrigin = (
  path: string,
  operations: Paths[string],
  tag: Operation['tag'] = 'Clients',
): Record<string, Paths[string]> => ({
  [path]: {
    ...Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => [
        method,
        { ...operation, headers: [...readableByPages, ...(operation.headers ?? [])] },
      ]),
    ),
    options: {
      id: `preflight${path.replaceAll(/[^a-z]+(.?)/g, (_, next: string) => next.toUpperCase())}`,
      tag,
      summary: 'Preflight of a page’s request (CORS)',
      answers: {
        204: {
          description: 'Pages of every origin may call this, without cookies.',
          headers: ['Access-Control-Allow-Methods', 'Access-Control-Allow-Headers', 'Access-Control-Max-Age'],
        },
      },
      headers: readableByPages,
    },
  },
});

const form = (parameters: Schema) => ({ type: 'application/x-www-form-urlencoded', schema: parameters }) as const;

const publicClient: readonly (readonly SecurityScheme[])[] = [['clientInBody'], ['clientBasic']];
const clientId: FormParameter[] = ['client_id'];
/** How a service authenticates in the form. */
export const serviceParameters: FormParameter[] = [
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
];

const grant = (title: string, type: string, required: FormParameter[], optional: FormParameter[]): Schema => ({
  title,
  ...formSchema(['grant_type', ...required], optional, { grant_type: { const: type } }),
});
const target: FormParameter[] = ['scope', 'resource'];

const ofBindings = [
  ['invalid_dpop_proof', 400],
  ['use_dpop_nonce', 400],
] as const;

const authorizationParameters: Readonly<
  Record<AuthorizationParameter, Pick<Parameter, 'description'> & Partial<Parameter>>
> = {
  client_id: { description: 'The client, from `devices` in the configuration.', required: true },
  redirect_uri: {
    description: 'A loopback address with any port, and the client’s path (RFC 8252 §7.3).',
    required: true,
  },
  response_type: { description: 'Nothing else is supported.', required: true, schema: { const: 'code' } },
  response_mode: { description: 'Nothing else is supported.', schema: { const: 'query' } },
  code_challenge: {
    description: 'PKCE (RFC 7636 §4.3).',
    required: true,
    schema: { type: 'string', pattern: '^[\\w-]{43}$' },
  },
  code_challenge_method: { description: '`plain` is refused.', required: true, schema: { const: 'S256' } },
  scope: { description: 'Scopes, separated by spaces. Those that the client may not have are left out.' },
  state: { description: 'Returned unchanged.' },
  nonce: { description: 'Put into the ID token.' },
  dpop_jkt: {
    description: 'Thumbprint of the key that must redeem the code (RFC 9449 §10).',
    schema: { type: 'string', pattern: '^[\\w-]{43}$' },
  },
  prompt: { description: '`login` and `select_account` are passed on. `none` is refused.' },
  login_hint: { description: 'Passed on to the provider. Its domain can choose the provider.' },
  acr_values: { description: 'Passed on to the provider.' },
  max_age: {
    description: 'How old the sign-in may be, in seconds. Passed on to the provider.',
    schema: { type: 'string', pattern: '^[0-9]{1,9}$' },
  },
  upstream: { description: 'The identity provider, by its name in the configuration.' },
};

const authorizationQuery: Parameter[] = [
  ...Object.entries(authorizationParameters).map(([name, parameter]) => ({
    name,
    in: 'query' as const,
    schema: { type: 'string' },
    ...parameter,
  })),
  {
    name: 'resource',
    in: 'query',
    description: 'The API, by its identifier in the configuration (RFC 8707). One for each sign-in.',
    schema: { type: 'array', items: { type: 'string' } },
  },
];

/** The same parameters in a form. */
const authorizationForm: Schema = {
  type: 'object',
  properties: Object.fromEntries(
    authorizationQuery.map(({ name, description, schema }) => [name, { ...schema, description }]),
  ),
  required: authorizationQuery.filter(({ required }) => required).map(({ name }) => name),
};

const logoutParameters: FormParameter[] = ['client_id', 'post_logout_redirect_uri', 'state'];
const logoutForm = formSchema(['id_token_hint'], logoutParameters);
const logout: Omit<Operation, 'id' | 'summary'> = {
  tag: 'Clients',
  description: 'Ends the sign-in that an ID token came from (OpenID Connect RP-Initiated Logout).',
  answers: {
    200: { description: 'A page that says so.', content: page },
    303: { description: 'Back to the client.', headers: ['Location'] },
  },
  errors: [],
  errorsAs: 'page',
  headers: ['Set-Cookie?'],
};

const userInfo: Omit<Operation, 'id'> = {
  tag: 'Clients',
  summary: 'Read the person’s claims',
  description: 'OpenID Connect Core §5.3. The token needs the scope `openid`.',
  security: [['bearer'], ['dpop', 'tokenProof']],
  answers: { 200: { description: 'The claims that the scopes grant.', content: json(schema('UserInfo')) } },
  errors: ['missing_token', 'invalid_token', 'invalid_dpop_proof', 'use_dpop_nonce', 'insufficient_scope'],
  headers: ['DPoP-Nonce?'],
};

/** OAuth for devices, native programs and services. */
export const clientPaths: Paths = {
  ...crossOrigin('/device_authorization', {
    post: {
      id: 'beginDeviceSignIn',
      tag: 'Clients',
      summary: 'Begin to sign in a device',
      description:
        'Issues a device code and a user code (RFC 8628 §3.1), which last for `expires_in`. With `login_hint`, the browsers of that account ask for `latchkey_number`, if the client has `number_matching`. Whether there is such an account makes no difference to the answer. Over the limit of such requests, there is no number, and the code is needed.',
      security: publicClient,
      body: form(formSchema([], [...clientId, ...target, 'login_hint'])),
      answers: { 200: { description: 'The codes.', content: json(schema('DeviceAuthorizationAnswer')) } },
      errors: [
        'invalid_client',
        'unauthorized_client',
        'invalid_scope',
        'invalid_target',
        'access_denied',
        'too_many_requests',
      ],
    },
  }),
  ...crossOrigin('/token', {
    post: {
      id: 'issueToken',
      tag: 'Clients',
      summary: 'Get tokens',
      description:
        'RFC 6749 §3.2, and RFC 8628 §3.4 for devices. With a DPoP proof, tokens are bound to its key (RFC 9449 §5).',
      security: [...publicClient, ...publicClient.map((schemes) => [...schemes, 'clientProof' as const])],
      body: form({
        oneOf: [
          grant('Device code', deviceCodeGrantType, ['device_code'], [...clientId, ...target]),
          grant(
            'Authorization code',
            'authorization_code',
            ['code', 'redirect_uri', 'code_verifier'],
            [...clientId, ...target],
          ),
          grant('Refresh token', 'refresh_token', ['refresh_token'], [...clientId, ...target]),
          grant('Client credentials', 'client_credentials', [], [...serviceParameters, ...target]),
        ],
      }),
      answers: { 200: { description: 'The tokens.', content: json(schema('TokenAnswer')) } },
      errors: [
        'invalid_client',
        'unauthorized_client',
        'unsupported_grant_type',
        'invalid_grant',
        'invalid_scope',
        'invalid_target',
        'authorization_pending',
        'slow_down',
        'expired_token',
        ['access_denied', 400],
        ...ofBindings,
        'too_many_requests',
      ],
      headers: ['DPoP-Nonce?'],
    },
  }),
  ...crossOrigin('/revoke', {
    post: {
      id: 'revokeToken',
      tag: 'Clients',
      summary: 'Revoke a token',
      description:
        'Ends the sign-in that a token names (RFC 7009). An invalid token is no error. A service authenticates; a public client names itself.',
      security: publicClient,
      body: form(formSchema(['token'], serviceParameters)),
      answers: { 200: { description: 'It is revoked.', content: json({ type: 'object', maxProperties: 0 }) } },
      errors: ['invalid_client', 'invalid_grant', 'too_many_requests'],
    },
  }),
  ...crossOrigin('/userinfo', {
    get: { id: 'readUserInfo', ...userInfo },
    post: { id: 'readUserInfoByPost', ...userInfo },
  }),
  '/authorize': {
    get: {
      id: 'authorize',
      tag: 'Clients',
      summary: 'Sign in a native program',
      description:
        'For a program on a machine with a browser (RFC 8252). Open it in the person’s browser. Errors that the program can be told are in the redirect, with `error`, `state` and `iss`.',
      parameters: authorizationQuery,
      answers: {
        200: { description: 'A page: which provider, or whether to go on.', content: page },
        302: { description: 'To the provider, or back to the program.', headers: ['Location'] },
      },
      errors: [['invalid_client', 400], 'access_denied', 'too_many_requests'],
      errorsAs: 'page',
      headers: ['Set-Cookie?'],
    },
    post: {
      id: 'authorizeByForm',
      tag: 'Clients',
      summary: 'The same, by a form',
      body: form(authorizationForm),
      answers: { 303: { description: 'To `GET /authorize`, with the same parameters.', headers: ['Location'] } },
      errors: [],
      errorsAs: 'page',
      headers: ['Set-Cookie?'],
    },
  },
  '/logout': {
    get: {
      id: 'logOut',
      summary: 'Sign out a native program',
      ...logout,
      parameters: Object.entries(logoutForm.properties as Record<string, Schema>).map(
        ([name, { description, ...rest }]) => ({
          name,
          in: 'query' as const,
          required: name === 'id_token_hint',
          description: String(description),
          schema: rest,
        }),
      ),
    },
    post: { id: 'logOutByForm', summary: 'The same, by a form', ...logout, body: form(logoutForm) },
  },
  '/register': {
    post: {
      id: 'register',
      tag: 'Clients',
      summary: 'Not supported',
      description: 'An administrator adds clients to the configuration. This says so to programs that try.',
      answers: {},
      errors: ['not_found'],
    },
  },
};
