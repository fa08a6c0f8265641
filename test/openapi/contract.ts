import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { closed } from './closed.ts';

interface HeaderObject {
  required?: boolean;
  schema: object;
}
interface ResponseObject {
  headers?: Record<string, HeaderObject | Ref>;
  content?: Record<string, { schema: object }>;
}
export interface OperationObject {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, ResponseObject | Ref>;
}
interface Ref {
  $ref: string;
}
interface Schema {
  oneOf?: Schema[];
  properties?: Record<string, object>;
}
/** As `errorSchema` in `broker/openapi/operation.ts` builds it. */
interface ErrorSchema {
  allOf: [Ref, { properties: { error: { enum: string[] } } }];
}
export interface Document {
  paths: Record<string, Record<string, OperationObject>>;
  components: {
    schemas: Record<string, object>;
    headers: Record<string, HeaderObject>;
    responses: Record<string, ResponseObject>;
  };
}

/** A request and its answer, with bodies as text. */
export interface Exchange {
  method: string;
  url: URL;
  request: { headers: Headers; body: string | undefined };
  status: number;
  headers: Headers;
  /** `undefined` for a stream. */
  body: string | undefined;
}

/** Of HTTP itself and its connection. */
const ofHttp = ['connection', 'keep-alive', 'date', 'content-type', 'content-length', 'transfer-encoding'];

/**
 * Holds what a broker does against its OpenAPI document.
 *
 * @param everywhere names of headers that every response may have, in lower case
 */
export function createContract(document: Document, everywhere: readonly string[]) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'openapi', components: { schemas: closed(document.components.schemas) } });
  const known = new Set([...ofHttp, ...everywhere]);
  const compiled = new Map<string, ValidateFunction>();
  /** Statuses and error codes that were seen, as `operationId status` and `operationId status code`. */
  const seen = new Set<string>();
  const faults: string[] = [];

  function errorsOf(schema: object, value: unknown): string | undefined {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/components', '"openapi#/components');
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text));
    compiled.set(text, validate);
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  }

  const resolve = <Part extends object>(part: Part | Ref): Part =>
    '$ref' in part ? (part.$ref.slice(2).split('/').reduce(step, document) as unknown as Part) : part;

  function find({ method, url }: Pick<Exchange, 'method' | 'url'>) {
    const path = pathOf(Object.keys(document.paths), url.pathname);
    const item = path === undefined ? undefined : document.paths[path];
    return { path, item, operation: item?.[method.toLowerCase()] };
  }

  function checkHeaders({ headers = {} }: ResponseObject, answered: Headers): string[] {
    const described = Object.entries(headers).map(([name, header]) => [name.toLowerCase(), resolve(header)] as const);
    const names = new Set(described.map(([name]) => name));
    return [
      ...described.flatMap(([name, { required, schema }]) => {
        const value = answered.get(name);
        if (value === null) return required ? [`the header ${name} is missing`] : [];
        const wrong = errorsOf(schema, value);
        return wrong === undefined ? [] : [`the header ${name} is "${value}": ${wrong}`];
      }),
      ...[...answered.keys()]
        .filter((name) => !names.has(name) && !known.has(name))
        .map((name) => `the header ${name} is not in the document`),
    ];
  }

  function checkBody({ content }: ResponseObject, type: string | undefined, body: string | undefined): string[] {
    if (content === undefined || (body === '' && type === undefined))
      return content === undefined && body === '' ? [] : [`the body is "${body}", of type ${type}`];
    const schema = content[type ?? '']?.schema;
    if (!schema) return [`the type ${type} is not in the document`];
    if (body === undefined) return [];
    const wrong = errorsOf(schema, type === 'application/json' ? JSON.parse(body) : body);
    return wrong === undefined ? [] : [`the body ${body.slice(0, 300)}: ${wrong}`];
  }

  function checkRequest({ parameters = [], requestBody }: OperationObject, { url, request }: Exchange): string[] {
    // A form's own address can have a query, which its endpoint doesn't read.
    const wrong = [...(request.body === undefined ? url.searchParams.keys() : [])]
      .filter((name) => !parameters.some((each) => each.in === 'query' && each.name === name))
      .map((name) => `the parameter ${name} of the query is not in the document`);
    const missing = parameters
      .filter(({ required }) => required)
      .filter(
        (each) =>
          (each.in === 'query' && !url.searchParams.has(each.name)) ||
          (each.in === 'header' && !request.headers.has(each.name)),
      )
      .map(({ name }) => `${name} is required, and the request without it succeeds`);
    if (request.body === undefined) return [...wrong, ...missing];
    const type = mediaType(request.headers) ?? '';
    const schema = requestBody?.content[type]?.schema;
    if (!schema) return [...wrong, ...missing, `a body of type ${type} is not in the document`];
    const value = type === 'application/json' ? JSON.parse(request.body) : formOf(request.body);
    const fault = errorsOf(schema, value);
    return [...wrong, ...missing, ...(fault === undefined ? [] : [`the request ${request.body}: ${fault}`])];
  }

  /** What of an exchange the document doesn't say. */
  function differences(exchange: Exchange): string[] {
    const { method, status, headers, body } = exchange;
    const { item, operation } = find(exchange);
    if (!operation && method === 'HEAD' && item?.get)
      return String(status) in item.get.responses || status === 204 ? [] : [`status ${status}`];
    const { NotFound, MethodNotAllowed } = document.components.responses;
    const responses = operation?.responses ?? (item ? { 405: MethodNotAllowed } : { 404: NotFound });
    const found = (responses as Record<string, ResponseObject | Ref | undefined>)[status];
    if (!found) return [`the status ${status} is not in the document: ${body?.slice(0, 300)}`];
    const response = resolve(found);
    const type = mediaType(headers);
    return [
      ...checkHeaders(response, headers),
      ...(method === 'HEAD' ? [] : checkBody(response, type, body)),
      ...(operation && status < 400 ? checkRequest(operation, exchange) : []),
    ];
  }

  return {
    seen,
    faults,
    /** The error codes below 500 of an operation, in the form of `seen`. Pages have none. */
    codesOf: ({ operationId, responses }: OperationObject): string[] =>
      Object.entries(responses)
        .filter(([status]) => Number(status) >= 400 && Number(status) < 500)
        .flatMap(([status, response]) => {
          const schema = resolve(response).content?.['application/json']?.schema as ErrorSchema | undefined;
          return (schema?.allOf[1].properties.error.enum ?? []).map((code) => `${operationId} ${status} ${code}`);
        }),
    /** Notes what the document doesn't say. */
    check(exchange: Exchange): void {
      const { method, url, status, headers, body } = exchange;
      const name = find(exchange).operation?.operationId ?? `${method} ${url.pathname}`;
      seen.add(`${name} ${status}`);
      if (status >= 400 && mediaType(headers) === 'application/json' && body)
        seen.add(`${name} ${status} ${JSON.parse(body).error}`);
      for (const difference of differences(exchange)) faults.push(`${name} (${method} ${url.pathname}): ${difference}`);
    },
  };
}

const step = (node: object, key: string): object => (node as Record<string, object>)[key] ?? {};

const mediaType = (headers: Headers): string | undefined =>
  headers.get('content-type')?.split(';', 1)[0]?.toLowerCase();

/** An exact path comes before one with a variable part. Only `{path}` has slashes. */
export function pathOf(paths: readonly string[], pathname: string): string | undefined {
  if (paths.includes(pathname)) return pathname;
  return paths.find((path) =>
    new RegExp(
      `^${path
        .replaceAll('.', '\\.')
        .replace('{path}', '.*')
        .replaceAll(/\{\w+\}/g, '[^/]+')}$`,
    ).test(pathname),
  );
}

/** A form as an object: a value, or a list if a name comes more than once. */
function formOf(body: string): Record<string, string> {
  return Object.fromEntries([...new URLSearchParams(body)].filter(([, value]) => value !== ''));
}
