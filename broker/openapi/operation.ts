import { type OAuthErrorCode, oauthErrorStatus } from '@latchkey/shared/oauth-errors.ts';
import { errorMeanings } from './error-meanings.ts';
import { type HeaderUse, headerRefs } from './headers.ts';
import { refTo, type Schema } from './json-schema.ts';
import type { SecurityScheme } from './security-schemes.ts';
import type { Tag } from './tags.ts';

export type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options' | 'trace';

export interface Parameter {
  name: string;
  in: 'query' | 'header' | 'path';
  description: string;
  /** Default: false, and true for parts of the path. */
  required?: boolean;
  schema: Schema;
}

/** A response that is no error. */
export interface Answer {
  description: string;
  headers?: readonly HeaderUse[];
  /** By media type. Absent: no body. */
  content?: Readonly<Record<string, Schema>>;
}

/** A code, or one that this endpoint sends with another status than the usual one. */
export type ErrorUse = OAuthErrorCode | readonly [code: OAuthErrorCode, status: number];

/** What the document says about a method of a path. */
export interface Operation {
  /** Unique. Generated clients name their functions by it. */
  id: string;
  tag: Tag;
  summary: string;
  description?: string;
  /** Alternatives, each a set of what must be there together. Absent: nothing is required. */
  security?: readonly (readonly SecurityScheme[])[];
  parameters?: readonly Parameter[];
  body?: { type: 'application/json' | 'application/x-www-form-urlencoded'; schema: Schema };
  answers: Readonly<Record<number, Answer>>;
  /** Besides those of every endpoint. Absent: it has none at all. */
  errors?: readonly ErrorUse[];
  /** Headers of every response, errors included. */
  headers?: readonly HeaderUse[];
  /** How errors are told. Default: JSON. */
  errorsAs?: 'json' | 'page';
}

/** Operations by path and method. */
export type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

export const json = (schema: Schema) => ({ 'application/json': schema });
export const page = { 'text/html': { type: 'string' } };

/** Whatever the endpoint: a path with dot segments, a fault of the broker, and a database that is away. */
const everywhere: readonly ErrorUse[] = ['invalid_request', 'server_error', 'temporarily_unavailable'];
const withBody: ReadonlySet<Method> = new Set(['post', 'put', 'patch', 'delete']);
const always: readonly HeaderUse[] = ['X-Request-Id', 'Cache-Control'];

/** Builds an Operation Object (OpenAPI 3.1 §4.8.10). */
export function operationObject(method: Method, operation: Operation): Schema {
  const { id, tag, summary, description, security, parameters = [], body, answers, errors } = operation;
  const all = errors && [...errors, ...everywhere, ...(withBody.has(method) ? (['payload_too_large'] as const) : [])];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: (security ?? []).map((all) => Object.fromEntries(all.map((name) => [name, []]))),
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterObject) }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { [body.type]: { schema: body.schema } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, answerObject(answer, operation.headers ?? [])]),
      ),
      ...(all && errorResponses(all, operation)),
    },
  };
}

const parameterObject = ({ required, ...rest }: Parameter): Schema => ({
  ...rest,
  ...(required === true || rest.in === 'path' ? { required: true } : {}),
});

const answerObject = ({ description, headers = [], content }: Answer, ofAll: readonly HeaderUse[]): Schema => ({
  description,
  headers: headerRefs([...always, ...ofAll, ...headers]),
  ...(content === undefined ? {} : { content: contentObject(content) }),
});

/** Builds the `content` of a response. */
export const contentObject = (content: Readonly<Record<string, Schema>>): Schema =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));

/** One response for each status, which lists its codes. */
function errorResponses(uses: readonly ErrorUse[], operation: Operation): Record<string, Schema> {
  const codes = new Map<number, Set<OAuthErrorCode>>();
  for (const use of uses) {
    const [code, status] = typeof use === 'string' ? ([use, oauthErrorStatus[use]] as const) : use;
    codes.set(status, (codes.get(status) ?? new Set()).add(code));
  }
  const { answers, errorsAs = 'json', headers = [] } = operation;
  return Object.fromEntries(
    [...codes].map(([status, found]) => {
      const own = answers[status];
      const [code, ...more] = [...found];
      if (own === undefined && code !== undefined && more.length === 0 && status === oauthErrorStatus[code])
        return [String(status), errorResponse(code, code === 'not_found' ? 'either' : errorsAs)];
      const list = [...found].map((each) => `- \`${each}\`: ${errorMeanings[each]}`).join('\n');
      return [
        String(status),
        {
          description: own === undefined ? list : `${own.description}\n\n${list}`,
          headers: headerRefs([...always, ...headers, ...(own?.headers ?? []), ...headersOf(status, [...found])]),
          content: contentObject(errorsAs === 'page' ? page : json(errorSchema([...found]))),
        },
      ];
    }),
  );
}

/** The response of a status that has only this code. Its endpoint can add headers. */
export const errorResponse = (code: OAuthErrorCode, errorsAs: 'json' | 'page' | 'either'): Schema => ({
  description: `\`${code}\`: ${errorMeanings[code]}`,
  headers: headerRefs([...always, ...ofEndpoint, ...headersOf(oauthErrorStatus[code], [code])]),
  content: contentObject({
    ...(errorsAs === 'page' ? {} : json(errorSchema([code]))),
    ...(errorsAs === 'json' ? {} : page),
  }),
});

const ofEndpoint: readonly HeaderUse[] = [
  'WWW-Authenticate?',
  'DPoP-Nonce?',
  'Set-Cookie?',
  'Access-Control-Allow-Origin?',
  'Access-Control-Expose-Headers?',
  'Vary?',
];

/** Refusals of a valid token, which have a challenge, too (RFC 6750 §3.1). */
const challenged: ReadonlySet<OAuthErrorCode> = new Set(['insufficient_scope', 'insufficient_group']);

function headersOf(status: number, codes: readonly OAuthErrorCode[]): readonly HeaderUse[] {
  if (status === 401 || codes.some((code) => challenged.has(code))) return ['WWW-Authenticate'];
  if (status === 405) return ['Allow'];
  if (status === 429) return ['Retry-After'];
  return status === 503 ? ['Retry-After?'] : [];
}

/** The body of an error, with the codes that it can have here. */
export const errorSchema = (codes: readonly OAuthErrorCode[]): Schema => ({
  allOf: [refTo('schemas', 'Error'), { type: 'object', properties: { error: { enum: codes } } }],
});
