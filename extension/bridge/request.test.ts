import { helloKind, helloSchema, maxMessageLength, requestSchema } from '@latchkey/shared/page-protocol.ts';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { readHello, rebuildRequest } from './request.ts';

const envelope = { v: 1, id: 'r1', deadline_ms: 30_000 };
const other = { resource: 'https://invoices.test', scopes: ['b'] };
const tokenGet = {
  ...envelope,
  m: 'token.get',
  p: { resource: 'https://api.test', scopes: ['a'], min_ttl_s: 5, interactive: 'never' },
};

/** Values at the limits of the schemas, and far beyond them. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    'a',
    'a b',
    'é',
    'never',
    'if_needed',
    -1,
    0,
    1,
    1.5,
    Number.NaN,
    86_400,
    86_401,
  ),
  fc.constantFrom(600_000, 600_001, 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(512), 'x'.repeat(513)),
  fc.constantFrom([], ['a'], ['a', ''], ['a', 1], [undefined], Array(64).fill('a'), Array(65).fill('a'), {}),
);
const also = fc.oneof(
  value,
  fc.array(
    fc.oneof(
      value,
      fc.record({ resource: value, scopes: value, extra: value }, { requiredKeys: ['resource', 'scopes'] }),
    ),
    { maxLength: 3 },
  ),
  fc.integer({ min: 6, max: 8 }).map((length) => Array(length).fill({ resource: 'r', scopes: ['a'] })),
);
const methods = fc.constantFrom(
  ...['session.get', 'session.sign_in', 'session.sign_out', 'token.get', 'access.list', 'access.revoke'],
  ...['token.proof', 'request.cancel', 'request.poll', 'toString', '__proto__', 'token.steal'],
);
const params = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      resource: value,
      scopes: value,
      min_ttl_s: value,
      profile: value,
      interactive: value,
      acr_values: value,
      max_age: value,
      request_id: value,
      extra: value,
    },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      resource: fc.constant('r'),
      scopes: fc.constant(['a']),
      method: fc.oneof(value, fc.constantFrom('GET', 'get', 'X'.repeat(17))),
      url: fc.oneof(value, fc.constantFrom('https://api.test/', 'x'.repeat(2_048), 'x'.repeat(2_049))),
      nonce: value,
    },
    { requiredKeys: ['resource', 'scopes'] },
  ),
  fc.record({
    resource: fc.constant('r'),
    scopes: fc.constant(['a']),
    also,
    interactive: fc.constant('never'),
  }),
  fc.record({
    resource: fc.constant('r'),
    scopes: value,
    min_ttl_s: value,
    profile: value,
    interactive: fc.constant('never'),
    acr_values: value,
    max_age: value,
  }),
  fc.record({ request_id: value }),
);
const request = fc.record(
  {
    v: fc.constantFrom(1, 2, '1'),
    id: value,
    deadline_ms: value,
    m: methods,
    p: fc.oneof(params, value),
    origin: value,
  },
  { requiredKeys: ['m', 'p'] },
);
const plausible = fc.record({
  v: fc.constant(1),
  id: fc.constant('r'),
  deadline_ms: fc.constant(1),
  m: methods,
  p: params,
});

describe('the check by hand', () => {
  it('says of every request what requestSchema says, and rebuilds the same', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(request, plausible, value), (data) => {
        const schema = v.safeParse(requestSchema, data);
        const rebuilt = rebuildRequest(data);
        if (schema.success) accepted += 1;
        expect(rebuilt).toEqual(schema.success ? schema.output : undefined);
      }),
      { numRuns: 5_000, seed: 1 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('says of every hello what helloSchema says', () => {
    const hello = fc.record(
      { source: fc.constantFrom(helloKind, 'other'), v: fc.constantFrom(1, 2), nonce: value, extra: value },
      { requiredKeys: ['source', 'v', 'nonce'] },
    );
    fc.assert(
      fc.property(fc.oneof(hello, value), (data) => {
        const schema = v.safeParse(helloSchema, data);
        expect(readHello(data)).toBe(schema.success ? schema.output.nonce : undefined);
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  it('passes no object of the page on', () => {
    const rebuilt = rebuildRequest(tokenGet);
    expect(rebuilt).toEqual(tokenGet);
    expect(rebuilt).not.toBe(tokenGet);
    expect(rebuilt?.p).not.toBe(tokenGet.p);
  });

  it.each([
    ['an origin of the page’s choice', { ...tokenGet, origin: 'https://bank.test' }],
    ['an origin among the parameters', { ...tokenGet, p: { ...tokenGet.p, origin: 'https://bank.test' } }],
    ['a client id', { ...tokenGet, p: { ...tokenGet.p, client_id: 'x' } }],
    ['a method of our own pages', { ...envelope, m: 'consent.answer', p: {} }],
    ['a hole among the scopes', { ...tokenGet, p: { ...tokenGet.p, scopes: new Array(1) } }],
    ['a hole among the resources', { ...tokenGet, p: { ...tokenGet.p, also: new Array(1) } }],
    ['an account among the resources', { ...tokenGet, p: { ...tokenGet.p, also: [{ ...other, sub: 'p1' }] } }],
    ['a ninth resource', { ...tokenGet, p: { ...tokenGet.p, also: Array(8).fill(other) } }],
  ])('refuses %s', (_what, data) => {
    expect(rebuildRequest(data)).toBeUndefined();
  });

  it('refuses what is larger than the cap, though each part is within its own', () => {
    const scopes = Array.from({ length: 64 }, () => '"'.replace('"', 'x').repeat(128));
    const large = { ...tokenGet, p: { ...tokenGet.p, scopes } };
    expect(JSON.stringify(large).length).toBeLessThan(maxMessageLength);
    expect(rebuildRequest(large)).toEqual(large);
    expect(rebuildRequest({ ...large, id: 'x'.repeat(maxMessageLength) })).toBeUndefined();
  });
});
