import { createHash } from 'node:crypto';
import { createProof } from '@latchkey/shared/dpop.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TokenClaims } from '../../../broker/tokens/minter.ts';
import { ApiError, verifier } from '../../../clients/api/index.ts';
import { brokerInProcess, type InProcessBroker, issuer } from '../../broker/in-process.ts';

/**
 * One table of requests for everything that accepts access tokens. Each must reject a request with the same code and
 * the same challenge.
 */
const api = 'https://api.example.com';
const userInfo = `${issuer}/userinfo`;
const target = { method: 'POST', url: 'https://orders.example.com/orders?page=2' };

interface Route {
  scopes?: string[];
  groups?: string[];
  acr?: string[];
  maxAge?: number;
}
interface Sent {
  authorization?: string | undefined;
  dpop?: string | undefined;
}
interface Answer {
  status: number;
  code: string | undefined;
  challenge: string | null | undefined;
}
interface Use {
  name: string;
  /** The response to a request without a token. */
  invitation: string;
  /** Gateways would turn a 400 into a 500. */
  malformed: 400 | 401;
  send(sent: Sent, route: Route): Promise<Answer>;
}

let broker: InProcessBroker;
let holder: Awaited<ReturnType<typeof createHolder>>;
let verify: ReturnType<typeof verifier>;

beforeAll(async () => {
  broker = await brokerInProcess(`
resources: { ${api}: { name: API, scopes: { orders:read: Read, orders:write: Write } } }`);
  holder = await createHolder();
  verify = verifier({
    issuer,
    audience: [api, userInfo],
    fetch: async (input) => broker.request(new URL(String(input)).pathname, {}),
    now: () => broker.clock.now,
  });
});
afterAll(() => broker.close());

async function createHolder() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const publicJwk = await exportJWK(publicKey);
  return { privateKey, publicJwk, jkt: await calculateJwkThumbprint(publicJwk) };
}

const seconds = () => Math.floor(broker.clock.now / 1_000);
const mint = (claims: Partial<TokenClaims> = {}) =>
  broker.deps.minter.accessToken({
    sub: 'ada',
    aud: [api, userInfo],
    client_id: 'tv',
    scope: 'openid orders:read',
    groups: ['okta:staff'],
    auth_time: seconds() - 60,
    exp: seconds() + 300,
    ...claims,
  });

/** A bound token with a proof that is valid except for the changes. */
async function bound({ ath, keys = holder, ...changes }: { ath?: string; keys?: typeof holder; method?: string } = {}) {
  const token = await mint({ cnf: { jkt: holder.jkt } });
  const hash = ath ?? createHash('sha256').update(token).digest('base64url');
  const dpop = await createProof(keys, { ...target, ...changes, ath: hash }, broker.clock.now);
  return { authorization: `DPoP ${token}`, dpop };
}

const written = ({ authorization, dpop }: Sent): Record<string, string> => ({
  ...(authorization === undefined ? {} : { Authorization: authorization }),
  ...(dpop === undefined ? {} : { DPoP: dpop }),
});
const rulesOf = ({ scopes = [], groups = [], acr = [], maxAge }: Route): string =>
  new URLSearchParams([
    ['resource', api],
    ...(scopes.length > 0 ? [['scope', scopes.join(' ')]] : []),
    ...groups.map((group) => ['group', group]),
    ...acr.map((value) => ['acr', value]),
    ...(maxAge === undefined ? [] : [['max_age', String(maxAge)]]),
  ]).toString();

async function ofBroker(asked: ReturnType<InProcessBroker['request']>): Promise<Answer> {
  const answer = await asked;
  const body = await answer.text();
  return {
    status: answer.status,
    code: answer.status === 200 ? undefined : (JSON.parse(body) as { error: string }).error,
    challenge: answer.headers.get('www-authenticate'),
  };
}

const from = '10.1.2.3';
const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'orders.example.com' };
const gatewaySide = {
  invitation: 'Bearer realm="latchkey", DPoP realm="latchkey", algs="ES256"',
  malformed: 401,
} as const;

const routes: readonly Use[] = [
  {
    name: '/verify',
    ...gatewaySide,
    send: (sent, route) => {
      const asks = { 'X-Forwarded-Method': target.method, 'X-Forwarded-Uri': '/orders?page=2' };
      const headers = { ...forwarded, ...asks, ...written(sent) };
      return ofBroker(broker.request(`/verify?${rulesOf(route)}`, { headers, from }));
    },
  },
  {
    name: '/verify/mirror',
    ...gatewaySide,
    send: (sent, route) => {
      const headers = { ...forwarded, 'X-Latchkey-Rules': rulesOf(route), ...written(sent) };
      return ofBroker(broker.request('/verify/mirror/orders?page=2', { method: target.method, headers, from }));
    },
  },
  {
    name: '@latchkey/api',
    invitation: gatewaySide.invitation,
    malformed: 400,
    async send(sent, route) {
      try {
        await verify(new Request(target.url, { method: target.method, headers: written(sent) }), route);
        return { status: 200, code: undefined, challenge: null };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const answer = error.toResponse();
        return { status: answer.status, code: error.code, challenge: answer.headers.get('www-authenticate') };
      }
    },
  },
];
/** It has one rule: the scope `openid`. */
const userInfoUse: Use = {
  name: '/userinfo',
  invitation: gatewaySide.invitation,
  malformed: 400,
  send: (sent) => ofBroker(broker.request('/userinfo', { headers: written(sent) })),
};
const uses = [...routes, userInfoUse];

const described = (code: string, description: string, scheme = 'Bearer', more = '') =>
  `${scheme} realm="latchkey", error="${code}", error_description="${description}"${more}${scheme === 'DPoP' ? ', algs="ES256"' : ''}`;
const oneToken = (scheme: string) =>
  described(
    'invalid_request',
    `The Authorization header must hold '${scheme}', one space, and exactly one token.`,
    scheme,
  );

describe.each(uses)('$name', (use) => {
  it.each<[string, string | undefined]>([
    ['no header', undefined],
    ['another scheme', 'Basic YTpi'],
    ['a scheme that begins like ours', 'Bearers abc'],
  ])('asks for a token, and names no error: %s', async (_, authorization) => {
    const answer = await use.send({ authorization }, {});
    expect(answer).toEqual({ status: 401, code: 'missing_token', challenge: use.invitation });
  });

  it.each<[string, string, string]>([
    ['a scheme without a token', 'Bearer', 'Bearer'],
    ['two tokens', 'Bearer a b', 'Bearer'],
    ['the header twice', 'Bearer a, Bearer b', 'Bearer'],
    ['both schemes', 'Bearer a, DPoP b', 'Bearer'],
    ['both schemes, the other way round', 'DPoP a, Bearer b', 'DPoP'],
    ['a tab for a space', 'Bearer\ta', 'Bearer'],
    ['a quoted token', 'Bearer "a"', 'Bearer'],
    ['a parameter', 'Bearer token=a', 'Bearer'],
  ])('refuses a malformed header: %s', async (_, authorization, scheme) => {
    const answer = await use.send({ authorization }, {});
    expect(answer).toEqual({ status: use.malformed, code: 'invalid_request', challenge: oneToken(scheme) });
  });

  it('refuses a header that is too long to be read', async () => {
    const answer = await use.send({ authorization: `Bearer x${' '.repeat(40_000)}x` }, {});
    const why = 'The Authorization header is longer than 32768 characters, which no access token here is.';
    expect(answer).toEqual({ status: 401, code: 'invalid_token', challenge: described('invalid_token', why) });
  });

  it('refuses a bound token that was sent as Bearer', async () => {
    const token = await mint({ cnf: { jkt: holder.jkt } });
    const why = 'The token is bound to a key (cnf.jkt) and was sent as Bearer: send it as DPoP, with a proof.';
    const answer = await use.send({ authorization: `Bearer ${token}` }, {});
    expect(answer).toEqual({ status: 401, code: 'invalid_token', challenge: described('invalid_token', why) });
  });

  it('refuses a token that lacks a scope', async () => {
    const token = await mint({ scope: 'orders:write' });
    const answer = await use.send({ authorization: `Bearer ${token}` }, { scopes: ['openid'] });
    const why = 'The token lacks openid: ask for a token with this scope.';
    const challenge = described('insufficient_scope', why, 'Bearer', ', scope="openid"');
    expect(answer).toEqual({ status: 403, code: 'insufficient_scope', challenge });
  });
});

describe.each(routes)('$name, which takes proofs and rules', (use) => {
  it('lets a good token through', async () => {
    const route = { scopes: ['orders:read'], groups: ['okta:admins', 'okta:staff'], maxAge: 60 };
    const bearer = { authorization: `Bearer ${await mint()}` };
    expect((await use.send(bearer, route)).status).toBe(200);
    expect((await use.send(await bound(), route)).status).toBe(200);
  });

  it.each<[string, string, () => Promise<Sent>]>([
    ['no proof', 'There is no DPoP proof: send it in the DPoP header.', async () => ({ ...(await bound()), dpop: '' })],
    [
      'two proofs',
      'The DPoP proof is not a JWT of type dpop+jwt, signed with ES256 by the key in its header.',
      async () => {
        const sent = await bound();
        return { ...sent, dpop: `${sent.dpop}, ${sent.dpop}` };
      },
    ],
    ['a proof for another method', 'The DPoP proof is for another method (htm).', () => bound({ method: 'GET' })],
    ['a proof for another token', 'The DPoP proof is for another token (ath).', () => bound({ ath: 'x' })],
    [
      'a proof by another key',
      'The DPoP proof is signed by another key than the token is bound to.',
      async () => bound({ keys: await createHolder() }),
    ],
    [
      'a proof that was used',
      'The DPoP proof was used before (jti): make a new one for each request.',
      async () => {
        const sent = await bound();
        for (const other of routes) expect((await other.send(sent, {})).status).toBeLessThanOrEqual(401);
        return sent;
      },
    ],
  ])('refuses %s', async (_, why, make) => {
    const challenge = described('invalid_dpop_proof', why, 'DPoP');
    expect(await use.send(await make(), {})).toEqual({ status: 401, code: 'invalid_dpop_proof', challenge });
  });

  it('refuses a token that was sent as DPoP and is bound to no key', async () => {
    const why = 'The token is not bound to a key and was sent as DPoP: send it as Bearer.';
    const challenge = described('invalid_token', why, 'DPoP');
    const answer = await use.send({ ...(await bound()), authorization: `DPoP ${await mint()}` }, {});
    expect(answer).toEqual({ status: 401, code: 'invalid_token', challenge });
  });

  const acr = ', acr_values="phr phrh"';
  it.each<[string, Route, Partial<TokenClaims>, number, string, string, string?]>([
    [
      'two scopes of which one is there',
      { scopes: ['orders:read', 'orders:write'] },
      {},
      403,
      'insufficient_scope',
      'The token lacks orders:write: ask for a token with this scope.',
      ', scope="orders:read orders:write"',
    ],
    [
      'a group',
      { groups: ['okta:admins'] },
      {},
      403,
      'insufficient_group',
      'Only members of certain groups may do this. No other token will help: ask your administrator.',
    ],
    [
      'a stronger sign-in',
      { acr: ['phr', 'phrh'] },
      { acr: 'pwd' },
      401,
      'insufficient_user_authentication',
      'This requires a sign-in with acr phr or phrh, and the token has pwd. Sign in again as the challenge requires.',
      acr,
    ],
    [
      'a more recent sign-in',
      { maxAge: 59 },
      {},
      401,
      'insufficient_user_authentication',
      'This requires a sign-in at most 59 s ago, and it was 60 s ago. Sign in again as the challenge requires.',
      ', max_age="59"',
    ],
    [
      'a stronger and more recent sign-in',
      { acr: ['phr', 'phrh'], maxAge: 300 },
      { auth_time: undefined },
      401,
      'insufficient_user_authentication',
      'This requires a sign-in with acr phr or phrh, and the token has none; and at most 300 s ago, and it was at an unknown time (the token has no auth_time). Sign in again as the challenge requires.',
      `${acr}, max_age="300"`,
    ],
  ])('requires %s', async (_, route, claims, status, code, why, more) => {
    const answer = await use.send({ authorization: `Bearer ${await mint(claims)}` }, route);
    expect(answer).toEqual({ status, code, challenge: described(code, why, 'Bearer', more) });
  });

  it('requires its own audience before all else', async () => {
    const token = await mint({ aud: 'https://other.example.com', groups: [] });
    const { code, challenge } = await use.send({ authorization: `Bearer ${token}` }, { groups: ['okta:staff'] });
    expect(code).toBe('invalid_token');
    expect(challenge).toContain("The token is for 'https://other.example.com', this API is ");
  });
});
