import { type RuleName, ruleNames } from '../../gateway/rules.ts';
import type { Method, Operation, Parameter, Paths } from '../operation.ts';

const list = { type: 'array', items: { type: 'string' } };

/** The rules of a route. One that the broker reads and that isn't here doesn't compile. */
const rules: Readonly<Record<RuleName, Omit<Parameter, 'name' | 'in'>>> = {
  resource: {
    description: 'The API, by its identifier in the configuration.',
    required: true,
    schema: { type: 'string' },
  },
  scope: { description: 'Scopes, separated by spaces. The token must have all of them.', schema: { type: 'string' } },
  group: { description: 'A group. The person must be in one of those that are given.', schema: list },
  acr: { description: 'The person must have signed in with one of those that are given.', schema: list },
  max_age: {
    description: 'How long ago the sign-in may be, in seconds.',
    schema: { type: 'string', pattern: '^[0-9]{1,9}$' },
  },
};

const header = (name: string, description: string, required = false): Parameter => ({
  name,
  in: 'header',
  description,
  required,
  schema: { type: 'string' },
});

const believed = 'Believed only from `trusted_proxies`. For DPoP-bound tokens.';
const protoAndHost = [
  header('X-Forwarded-Proto', `The scheme of the client’s request. ${believed}`),
  header('X-Forwarded-Host', `The host of the client’s request; default: \`Host\`. ${believed}`),
];

const verified: Omit<Operation, 'id' | 'summary' | 'parameters'> = {
  tag: 'Gateways',
  security: [['bearer'], ['dpop', 'tokenProof']],
  answers: {
    200: {
      description: 'Let the request through, with these headers instead of the client’s.',
      headers: ['X-Latchkey-Subject', 'X-Latchkey-Client', 'X-Latchkey-Scope', 'X-Latchkey-Groups'],
    },
  },
  errors: [
    'missing_token',
    'invalid_token',
    'invalid_dpop_proof',
    'use_dpop_nonce',
    ['invalid_request', 401],
    'insufficient_user_authentication',
    'insufficient_scope',
    'insufficient_group',
    'invalid_target',
  ],
  headers: ['DPoP-Nonce?', 'Access-Control-Allow-Origin?', 'Access-Control-Expose-Headers?', 'Vary?'],
};

const verifyMirrored = (method: Method): Operation => ({
  ...verified,
  id: `verifyMirrored${method[0]?.toUpperCase()}${method.slice(1)}`,
  summary: 'Check a request, by its own method and path',
  description: 'For Envoy, whose request repeats the client’s method and path below this one.',
  parameters: [
    {
      name: 'path',
      in: 'path',
      description: 'The path of the client’s request. It can have slashes.',
      schema: { type: 'string' },
    },
    header('X-Latchkey-Rules', 'The rules, written as the query of `GET /verify`. From `trusted_proxies` only.', true),
    ...protoAndHost,
  ],
});

/** Every method that OpenAPI has a name for. The endpoint takes all. */
const methods: Method[] = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'];

/** Forward authentication. */
export const gatewayPaths: Paths = {
  '/verify': {
    get: {
      ...verified,
      id: 'verify',
      summary: 'Check a request',
      description:
        'Forward authentication: the gateway passes the client’s `Authorization` and `DPoP`, and its own rules in the query. Another parameter is an error. 400 means that the gateway’s configuration is wrong; pass 401 and 403 on to the client.',
      parameters: [
        ...ruleNames.map((name): Parameter => ({ name, in: 'query', ...rules[name] })),
        header('X-Forwarded-Method', `The method of the client’s request. ${believed}`),
        header('X-Forwarded-Uri', `Path and query of the client’s request. ${believed}`),
        ...protoAndHost,
      ],
    },
  },
  '/verify/mirror/{path}': Object.fromEntries(methods.map((method) => [method, verifyMirrored(method)])),
};
