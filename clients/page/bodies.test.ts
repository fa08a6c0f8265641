import type { PageRequest } from '@latchkey/shared/page-protocol.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ownOrigin } from './authorized-fetch.ts';
import { hello } from './hello.ts';
import { createConnection } from './latchkey.ts';
import { FakePage } from './testing/fake-bridge.ts';

const resource = 'https://api.example.com';
const url = `${resource}/orders`;
let page: FakePage | undefined;
beforeAll(() => void vi.stubGlobal('location', { href: 'https://shop.example.com/cart' }));
afterAll(() => void vi.unstubAllGlobals());
afterEach(() => page?.close());

/** Each challenge, with the token type that satisfies it. */
const challenges = {
  'a nonce': { type: 'DPoP', challenge: 'DPoP error="use_dpop_nonce"', headers: { 'dpop-nonce': 'n1' } },
  'a step-up': {
    type: 'Bearer',
    challenge: 'Bearer error="insufficient_user_authentication", acr_values="mfa"',
    headers: {},
  },
  'a step-up of a bound token': {
    type: 'DPoP',
    challenge: 'DPoP error="insufficient_user_authentication", max_age=60',
    headers: {},
  },
  'a younger token': { type: 'Bearer', challenge: 'Bearer error="invalid_token"', headers: {} },
} as const;

/** A page whose API challenges the first request and accepts the second. @returns the requests to the API */
async function start({ type, challenge, headers }: (typeof challenges)[keyof typeof challenges]) {
  const sent: { body: string; type: string | null }[] = [];
  let tokens = 0;
  page = new FakePage(({ m }: PageRequest) => {
    tokens += 1;
    const token = { access_token: `t${tokens}`, token_type: type, expires_in: 60, scope: 'orders:write', resource };
    return { r: { ...token, ...(m === 'token.proof' ? { proof: `proof ${tokens}` } : {}) } };
  });
  const { window } = page;
  const lk = await createConnection({
    window,
    open: () => hello(window),
    target: ownOrigin,
  })({
    resource,
    scopes: ['orders:write'],
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const boundary = /boundary=(\S+)/.exec(request.headers.get('content-type') ?? '')?.[1] ?? '-';
      sent.push({ body: (await request.text()).replaceAll(boundary, 'boundary'), type: request.headers.get('x-kind') });
      return sent.length === 1
        ? new Response('no', { status: 401, headers: { 'www-authenticate': challenge, ...headers } })
        : new Response('ok');
    },
  });
  return { lk, sent };
}

const form = () => {
  const data = new FormData();
  data.set('item', 'gear');
  data.set('picture', new File(['png'], 'gear.png', { type: 'image/png' }));
  return data;
};
const stream = (text: string) => new Blob([text]).stream();
const request = (body: BodyInit) => new Request(url, { method: 'POST', body, duplex: 'half' } as RequestInit);

const repeatable: [string, () => RequestInfo, () => RequestInit, RegExp][] = [
  ['a string', () => url, () => ({ body: 'gear' }), /^gear$/],
  ['a Blob', () => url, () => ({ body: new Blob(['gear']) }), /^gear$/],
  ['FormData with a file', () => url, () => ({ body: form() }), /gear.*gear\.png.*png/s],
  ['URLSearchParams', () => url, () => ({ body: new URLSearchParams({ item: 'gear wheel' }) }), /^item=gear\+wheel$/],
  ['an ArrayBuffer', () => url, () => ({ body: new TextEncoder().encode('gear').buffer }), /^gear$/],
  ['a typed array', () => url, () => ({ body: new TextEncoder().encode('gear') }), /^gear$/],
  ['no body', () => url, () => ({}), /^$/],
  ['a Request with a string', () => request('gear'), () => ({}), /^gear$/],
  ['a Request with FormData', () => request(form()), () => ({}), /gear.*gear\.png.*png/s],
  ['a Request with a stream', () => request(stream('gear')), () => ({}), /^gear$/],
  ['a Request, its body replaced', () => request('old'), () => ({ body: 'gear' }), /^gear$/],
];

describe.each(Object.entries(challenges))('where the API asks for %s', (_what, challenge) => {
  it.each(repeatable)('%s is sent again, the same', async (_kind, input, init, expected) => {
    const { lk, sent } = await start(challenge);
    const answer = await lk.fetch(input(), { method: 'POST', headers: { 'x-kind': 'own' }, ...init() });
    expect(answer.status).toBe(200);
    expect(sent).toHaveLength(2);
    expect(sent[0]?.body).toMatch(expected);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[1]?.type).toBe('own');
  });

  it.each([
    ['a stream', () => url],
    ['a Request whose body is replaced by a stream', () => request('old')],
  ])('%s is sent once, and the page has the challenge', async (_kind, input) => {
    const { lk, sent } = await start(challenge);
    const init = { method: 'POST', body: stream('gear'), duplex: 'half' } as RequestInit;
    const answer = await lk.fetch(input(), init);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(challenge.challenge);
    expect(await answer.text()).toBe('no');
    expect(sent.map(({ body }) => body)).toEqual(['gear']);
  });
});
