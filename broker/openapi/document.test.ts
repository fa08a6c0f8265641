import { readFileSync } from 'node:fs';
import { oauthErrorStatus } from '@latchkey/shared/oauth-errors.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { brokerInProcess, type InProcessBroker, issuer } from '../../test/broker/in-process.ts';
import { createApp } from '../app.ts';
import { openApiDocument } from './document.ts';
import { formParameters } from './form-parameters.ts';
import { memberTexts } from './member-texts.ts';

const document = openApiDocument({ issuer, version: '1.2.3' });
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
);

interface Node {
  [keyword: string]: unknown;
  properties?: Record<string, Node>;
}
/** Every object within a value, itself included. */
function nodesOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesOf)];
}

it('is a document of OpenAPI 3.1', () => {
  const text = readFileSync(new URL('../../test/openapi/openapi-3.1.yaml', import.meta.url), 'utf8');
  // Ajv finds the wrong schema for this dynamic reference. Without another dialect, it is always this one.
  const schema = parse(text.replaceAll("$dynamicRef: '#meta'", "$ref: '#/$defs/schema'"));
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile(schema);
  validate(document);
  expect(validate.errors).toBeNull();
  expect(validate({ ...document, paths: { '/token': { post: { answers: {} } } } })).toBe(false);
});

it('has schemas that JSON Schema 2020-12 allows, and no reference without a target', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const name of Object.keys((document.components as Node).schemas as Node)) {
    const { components } = document;
    expect(ajv.compile({ components, $ref: `#/components/schemas/${name}` }), name).toBeTypeOf('function');
  }
  const targets = nodesOf(document).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []));
  expect(targets.length).toBeGreaterThan(100);
  for (const target of targets) {
    const found = target
      .slice(2)
      .split('/')
      .reduce((node: unknown, key) => (node as Node | undefined)?.[key], document);
    expect(found, target).toBeDefined();
  }
});

describe('the routes of the broker', () => {
  let broker: InProcessBroker;
  beforeAll(async () => {
    broker = await brokerInProcess('resources: {}');
  });
  afterAll(() => broker.close());

  it('are those of the document, with their methods', () => {
    const templateOf = (path: string) => path.replace('/*', '/{path}').replaceAll(/:(\w+)/g, '{$1}');
    const routes = new Map<string, Set<string>>();
    for (const { path, method } of createApp(broker.deps).routes) {
      if (path !== '/*') routes.set(path, (routes.get(path) ?? new Set()).add(method));
    }
    /** Middleware and the refusal of other methods are for all methods. If there is nothing else, the endpoint itself is. */
    const methodsOf = (found: ReadonlySet<string>) =>
      found.size === 1 ? every : [...found].filter((method) => method !== 'ALL').map((method) => method.toLowerCase());
    const every = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'];
    const inCode = [...routes].flatMap(([path, found]) =>
      methodsOf(found).map((method) => `${method} ${templateOf(path)}`),
    );
    const preflights = operations.filter(({ operation }) => String(operation.operationId).startsWith('preflight'));
    const inDocument = operations.filter((each) => !preflights.includes(each));
    expect(inDocument.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(inCode.sort());
    expect(preflights.map(({ path }) => path).sort()).toEqual(
      [
        '/.well-known/oauth-authorization-server',
        '/.well-known/openid-configuration',
        '/device_authorization',
        '/jwks',
        '/revoke',
        '/token',
        '/userinfo',
      ].sort(),
    );
  });
});

it('names the issuer as its server, and nothing else', () => {
  expect(document.servers).toEqual([{ url: issuer }]);
  expect(document.info).toMatchObject({ version: '1.2.3' });
});

it('has an ID of its own for each operation', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

it('says what each member of a body means, and has no text without a member', () => {
  const schemas = (document.components as Node).schemas as Record<string, Node>;
  const used = new Set<unknown>();
  for (const [name, schema] of Object.entries(schemas)) {
    for (const { properties = {} } of nodesOf(schema)) {
      for (const [member, { description }] of Object.entries(properties)) {
        // Their RFCs say it.
        if (name !== 'Metadata' && name !== 'JwkSet') expect(description, `${name}.${member}`).toBeTypeOf('string');
        used.add(description);
      }
    }
  }
  expect(Object.entries(memberTexts).filter(([, text]) => !used.has(text))).toEqual([]);
});

it('uses every parameter of forms', () => {
  const forms = operations.map(({ operation }) => operation.requestBody).flatMap(nodesOf);
  const used = new Set(forms.flatMap(({ properties = {} }) => Object.keys(properties)));
  expect(Object.keys(formParameters).filter((name) => !used.has(name))).toEqual([]);
});

it('has an operation for each error code, but those that a program learns from a redirect', () => {
  const lists = nodesOf([document.paths, (document.components as Node).responses]).map(({ error }) => error as Node);
  const used = new Set(lists.flatMap((list) => (list?.enum as string[] | undefined) ?? []));
  expect(Object.keys(oauthErrorStatus).filter((code) => !used.has(code))).toEqual([
    'unsupported_response_type',
    'request_not_supported',
    'request_uri_not_supported',
  ]);
});

it('leaves out a pattern whose flags JSON Schema has no word for', () => {
  const { UpstreamsAnswer } = (document.components as Node).schemas as Record<string, Node>;
  const { organization } = UpstreamsAnswer?.properties ?? {};
  expect(organization?.properties?.color).not.toHaveProperty('pattern');
});
