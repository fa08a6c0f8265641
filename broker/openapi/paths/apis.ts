import { formSchema } from '../form-parameters.ts';
import type { Schema } from '../json-schema.ts';
import { json, type Operation, type Parameter, type Paths } from '../operation.ts';
import { type SchemaName, schema } from '../schemas.ts';
import { crossOrigin, serviceParameters } from './clients.ts';

const ifNoneMatch: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  description: 'The `ETag` of an earlier answer.',
  schema: { type: 'string' },
};

const published = (
  call: Pick<Operation, 'id' | 'summary' | 'description'>,
  answer: { description: string; name: SchemaName },
): Operation => ({
  ...call,
  tag: 'APIs',
  parameters: [ifNoneMatch],
  answers: {
    200: { description: answer.description, headers: ['ETag'], content: json(schema(answer.name)) },
    304: { description: 'Nothing has changed.', headers: ['ETag'] },
  },
  errors: [],
});

const metadata = { description: 'The metadata. Cache it for an hour.', name: 'Metadata' } as const;
const jwt: Schema = { type: 'string', pattern: '^[\\w-]+\\.[\\w-]+\\.[\\w-]+$' };

/** Metadata, keys and introspection. */
export const apiPaths: Paths = {
  ...crossOrigin(
    '/.well-known/oauth-authorization-server',
    { get: published({ id: 'readMetadata', summary: 'Read the metadata (RFC 8414)' }, metadata) },
    'APIs',
  ),
  ...crossOrigin(
    '/.well-known/openid-configuration',
    { get: published({ id: 'readOpenIdConfiguration', summary: 'Read the metadata (OpenID Connect)' }, metadata) },
    'APIs',
  ),
  ...crossOrigin(
    '/jwks',
    {
      get: published(
        { id: 'readKeys', summary: 'Read the keys that verify tokens (RFC 7517)' },
        { description: 'The keys. Cache them for five minutes.', name: 'JwkSet' },
      ),
    },
    'APIs',
  ),
  '/introspect': {
    post: {
      id: 'introspect',
      tag: 'APIs',
      summary: 'Ask about a token',
      description:
        'RFC 7662, and RFC 9701 for signed answers. A service learns about tokens of the APIs in its `introspect`; of all others, that they are not active.',
      security: [['clientBasic'], ['clientInBody']],
      parameters: [
        {
          name: 'Accept',
          in: 'header',
          description: '`application/token-introspection+jwt` for a signed answer.',
          schema: { type: 'string' },
        },
      ],
      body: { type: 'application/x-www-form-urlencoded', schema: formSchema(['token'], serviceParameters) },
      answers: {
        200: {
          description: 'What is known of the token.',
          headers: ['Vary'],
          content: { ...json(schema('Introspection')), 'application/token-introspection+jwt': jwt },
        },
      },
      errors: ['invalid_client', 'unauthorized_client', 'too_many_requests'],
    },
  },
};
