import { beforeAll, describe, expect, it, vi } from 'vitest';
import { secureHeaderValues } from '../../broker/middleware/secure-headers.ts';
import { callBareBroker } from '../openapi/calls/bare-broker.ts';
import { callAsClients } from '../openapi/calls/clients.ts';
import { callAsExtension } from '../openapi/calls/extension.ts';
import { callAsGateway } from '../openapi/calls/gateways.ts';
import { actAsPerson, actAtProvider } from '../openapi/calls/people.ts';
import { probeEverything } from '../openapi/calls/probes.ts';
import { callAsProvider } from '../openapi/calls/provider.ts';
import { checkedFetch } from '../openapi/checked-fetch.ts';
import { createContract, type Document, pathOf } from '../openapi/contract.ts';
import { noteReads, readParameters } from '../openapi/read-parameters.ts';
import { startBareBroker, startContractBroker } from '../openapi/setting.ts';
import type { TestBroker } from './kit/broker.ts';

// The brokers run in this process, so the test sees which parameters of a form they read.
vi.mock(import('../../broker/middleware/body.ts'), async (importOriginal) => {
  const body = await importOriginal();
  return { ...body, formBody: async (c) => noteReads(await body.formBody(c), `${c.req.method} ${c.req.path}`) };
});

const { fetch } = globalThis;
let document: Document;
let contract: ReturnType<typeof createContract>;

/** Holds everything that a broker answers against what it serves at `/openapi.json`. */
async function hold(start: () => Promise<TestBroker>, send: (broker: TestBroker) => Promise<void>): Promise<void> {
  const broker = await start();
  try {
    const issuer = broker.origins.broker;
    document = (await (await fetch(`${broker.adminOrigin}/openapi.json`)).json()) as Document;
    contract ??= createContract(document, Object.keys(await secureHeaderValues(issuer)));
    vi.stubGlobal('fetch', checkedFetch(fetch, issuer, contract.check));
    await send(broker);
  } finally {
    vi.unstubAllGlobals();
    await broker.close();
  }
}

beforeAll(async () => {
  await hold(startContractBroker, async (broker) => {
    await callAsExtension(broker);
    await callAsClients(broker, contract.check);
    await callAsGateway(broker, contract.check);
    await actAsPerson(broker);
    // It ends Mallory's sign-ins, so nobody signs in as Mallory right after it.
    await callAsProvider(broker);
    await actAtProvider(broker);
    await probeEverything(broker, document, contract.check);
  });
  await hold(startBareBroker, callBareBroker);
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

describe('the broker', () => {
  it('answers nothing that its OpenAPI document does not say', () => {
    expect(contract.faults).toEqual([]);
  });

  it('was seen to answer with every status that the document has, but those of faults and outages', () => {
    const unseen = operations().flatMap(({ operation: { operationId, responses } }) =>
      Object.keys(responses)
        .filter((status) => !contract.seen.has(`${operationId} ${status}`))
        .filter((status) => Number(status) < 500)
        .map((status) => `${operationId} ${status}`),
    );
    expect(unseen).toEqual([]);
  });

  it('was seen to answer with every error code that the document has, but those of faults and outages', () => {
    const unseen = operations()
      .filter(({ method }) => method !== 'HEAD')
      .flatMap(({ operation }) => contract.codesOf(operation))
      .filter((code) => !contract.seen.has(code));
    expect(unseen).toEqual([
      // A provider that gives no refresh token without asking the person.
      'createSession 403 interaction_required',
      // A provider that ignores prompt=login.
      'allowDevice 403 access_denied',
      // A quarter of an hour later.
      'issueToken 400 expired_token',
    ]);
  });

  it('reads no parameter of a form that the document does not have there', () => {
    const undocumented = [...readParameters].flatMap(([endpoint, names]) => {
      const [method = '', pathname = ''] = endpoint.split(' ');
      const path = pathOf(Object.keys(document.paths), pathname) ?? '';
      const text = JSON.stringify(document.paths[path]?.[method.toLowerCase()]?.requestBody);
      return [...names].filter((name) => !text.includes(`"${name}":`)).map((name) => `${endpoint} ${name}`);
    });
    expect(undocumented).toEqual([
      // Read only to refuse services, which have no devices.
      'POST /device_authorization client_secret',
      'POST /device_authorization client_assertion',
    ]);
  });
});

describe('the contract', () => {
  const answer = {
    method: 'GET',
    url: new URL('http://localhost/jwks'),
    request: { headers: new Headers(), body: undefined },
    status: 200,
  };
  const headers = (more = {}) =>
    new Headers({
      'Content-Type': 'application/json',
      'X-Request-Id': 'a'.repeat(32),
      'Cache-Control': 'no-store',
      ETag: '"a"',
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': '*',
      ...more,
    });
  const faultsOf = (changes: Partial<Parameters<ReturnType<typeof createContract>['check']>[0]>) => {
    const fresh = createContract(document, []);
    fresh.check({ ...answer, headers: headers(), body: '{"keys":[]}', ...changes });
    return fresh.faults.join('\n');
  };
  const notFound = JSON.stringify({ error: 'not_found', error_description: 'x' });

  it('takes what the document says', () => {
    expect(faultsOf({})).toBe('');
    expect(faultsOf({ url: new URL('http://localhost/nowhere'), status: 404, body: notFound })).toBe(
      'GET /nowhere (GET /nowhere): the header etag is not in the document',
    );
  });

  it.each([
    ['a status', { status: 202 }, 'status 202'],
    ['a member', { body: '{"keys":[],"more":1}' }, 'must NOT have additional properties'],
    ['a member within', { body: '{"keys":[{"kty":"EC","kid":"a","alg":"ES256","use":"sig","d":"x"}]}' }, 'additional'],
    ['a missing member', { body: '{}' }, "must have required property 'keys'"],
    ['a header', { headers: headers({ 'X-New': '1' }) }, 'the header x-new is not in the document'],
    ['a wrong header', { headers: headers({ 'X-Request-Id': '1' }) }, 'the header x-request-id is "1"'],
    ['a media type', { headers: headers({ 'Content-Type': 'text/plain' }) }, 'the type text/plain'],
    ['a path', { url: new URL('http://localhost/new') }, 'status 200'],
    ['a method', { method: 'PUT' }, 'status 200'],
    ['a parameter', { url: new URL('http://localhost/jwks?new=1') }, 'the parameter new'],
    ['an error code', { status: 500, body: notFound }, 'must be equal to one of the allowed values'],
  ])('refuses %s that is not in the document', (_what, changes, fault) => {
    expect(faultsOf(changes)).toContain(fault);
  });

  it('refuses an answer without a header that the document requires', () => {
    const without = headers();
    without.delete('ETag');
    expect(faultsOf({ headers: without })).toContain('the header etag is missing');
  });
});
