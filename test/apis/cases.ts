import type { Answer } from '../gateways/ask.ts';
import type { Issuer } from './issuer.ts';
import { request } from './request.ts';

/** A request that an API must answer in one way. */
export interface Case {
  /** Ends with the status that is right. */
  name: string;
  /** @throws {Error} that says what the API answered instead */
  run(api: { port: number; dpop: boolean }, issuer: Issuer): Promise<void>;
}

const path = '/orders';
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Error(`${answer.status}, not ${status}: ${answer.body.slice(0, 200)}`);
}

/** A refusal has the status and a challenge (RFC 6750 §3, RFC 9449 §7.1), and no data. */
function expectRefusal(answer: Answer, status: 401 | 403): void {
  expectStatus(answer, status);
  const challenge = answer.headers['www-authenticate'] ?? '';
  if (!/^(Bearer|DPoP)\b/.test(challenge)) throw new Error(`WWW-Authenticate is "${challenge}"`);
  if (answer.body.includes('orders"')) throw new Error(`the refusal has data: ${answer.body.slice(0, 200)}`);
}

const refused = (name: string, status: 401 | 403, tokenOf: (issuer: Issuer) => string | undefined): Case => ({
  name: `${name}: ${status}`,
  async run({ port }, issuer) {
    const token = tokenOf(issuer);
    if (token === undefined) throw new Error('there is no such token');
    expectRefusal(await request(port, { path, headers: bearer(token) }), status);
  },
});

const forged = (name: string, of: string): Case => refused(name, 401, ({ tokens }) => tokens.forged.get(of));

const accepted = (name: string, tokenOf: (issuer: Issuer) => string | undefined): Case => ({
  name: `${name}: 200`,
  async run({ port }, issuer) {
    const answer = await request(port, { path, headers: bearer(tokenOf(issuer) ?? '') });
    expectStatus(answer, 200);
    if (typeof JSON.parse(answer.body).subject !== 'string') throw new Error(`no subject: ${answer.body}`);
  },
});

export const cases: readonly Case[] = [
  accepted('right token', ({ tokens }) => tokens.good),
  // Shows that each token below fails only because of its one defect.
  accepted('signed by the test', ({ tokens }) => tokens.forged.get('signed like the broker')),
  {
    name: 'no token: 401',
    async run({ port }) {
      expectRefusal(await request(port, { path }), 401);
      expectRefusal(await request(port, { path, headers: { Authorization: 'Basic YTpi' } }), 401);
    },
  },
  refused('wrong audience', 401, ({ tokens }) => tokens.otherAudience),
  forged('wrong issuer', 'another issuer'),
  forged('expired', 'expired'),
  forged('not yet valid', 'not yet valid (nbf)'),
  refused('ID token', 401, ({ tokens }) => tokens.idToken),
  forged('wrong typ', 'wrong typ: JWT'),
  forged('no typ', 'no typ'),
  forged('other key', 'our kid, foreign key'),
  forged('unknown kid', 'foreign kid'),
  forged('key in token', 'jwk in the header'),
  forged('alg none', 'alg none'),
  forged('HS256, PEM', 'HS256 with the public key as PEM'),
  forged('HS256, JWK', 'HS256 with the public key as JWK'),
  forged('tampered', 'payload changed'),
  forged('no signature', 'signature missing'),
  forged('not a token', 'no token at all'),
  refused('missing scope', 403, ({ tokens }) => tokens.otherScope),
  refused('missing group', 403, ({ tokens }) => tokens.otherGroup),
  refused('bound, no proof', 401, ({ tokens }) => tokens.bound),
  {
    name: 'bound, with proof: 200, or 401 without DPoP',
    async run({ port, dpop }, { tokens, proofFor }) {
      const headers = {
        Authorization: `DPoP ${tokens.bound}`,
        DPoP: await proofFor('GET', `http://127.0.0.1:${port}${path}`),
      };
      const answer = await request(port, { path, headers });
      if (!dpop) return expectRefusal(answer, 401);
      expectStatus(answer, 200);
      expectRefusal(await request(port, { path, headers }), 401);
    },
  },
];
