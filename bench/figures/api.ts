import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OktaJwtVerifier from '@okta/jwt-verifier';
import { createVerifier } from 'fast-jwt';
import { createLocalJWKSet, exportJWK, type JWK, jwtVerify } from 'jose';
import { verifier } from '#clients/api';
import { compareAll, type Figure, type Turn } from '../rounds.ts';
import { median } from '../stats.ts';

const issuer = 'http://localhost:1';
const audience = 'https://api.example.com';
const [turnMs, newPerTurn] = [700, 8_000];
/** What is called for each request: with the token, or with a whole request. */
type Check<Input> = (input: Input) => unknown;

/**
 * `@latchkey/api` beside other verifiers, each with the key at hand, in this process. Ours gets a `Request` and checks
 * scope and group, too; the others get the token, and check issuer, audience and times.
 */
export async function apiFigures(): Promise<Figure[]> {
  const [es256, rs256] = [await signer('ES256'), await signer('RS256')];
  const okta = await startOkta(rs256);
  try {
    const ecKeys = createLocalJWKSet({ keys: [es256.jwk] });
    const pem = es256.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const known = { key: pem, allowedIss: issuer, allowedAud: audience, algorithms: ['ES256' as const] };
    const [fast, cached] = [createVerifier(known), createVerifier({ ...known, cache: 10_000 })];
    const jose = (token: string) => jwtVerify(token, ecKeys, { issuer, audience, algorithms: ['ES256'] });
    const sides: { alg: string; signed: Signer; others: Record<string, Check<string>> }[] = [
      { alg: 'ES256', signed: es256, others: { jose, 'fast-jwt': fast, 'fast-jwt with its cache': cached } },
      // It takes no other algorithm.
      { alg: 'RS256', signed: rs256, others: { '@okta/jwt-verifier': okta.check } },
    ];
    const rows = [
      { tokens: 'new tokens', count: newPerTurn, concurrency: 1 },
      { tokens: 'new tokens', count: newPerTurn, concurrency: 16 },
      { tokens: 'a token seen before', count: 1, concurrency: 1 },
    ];
    const figures: Figure[] = [];
    for (const { alg, signed, others } of sides) {
      for (const { tokens, count, concurrency } of rows) {
        const seen = signed.token();
        const make = () => (count === 1 ? [seen] : Array.from({ length: count }, signed.token));
        figures.push(
          ...(await compareAll({
            name: `@latchkey/api, ${alg}, ${tokens}, ${concurrency} at a time`,
            ours: () => takeTurn(make().map(requestWith), concurrency, signed.ours),
            others: Object.entries(others).map(([name, check]) => ({
              name,
              turn: () => takeTurn(make(), concurrency, check),
            })),
          })),
        );
      }
    }
    return figures;
  } finally {
    okta.close();
  }
}

const requestWith = (token: string): Request =>
  new Request(`${audience}/orders`, { headers: { authorization: `Bearer ${token}` } });

/** A key, the tokens it signs, and our verifier of them. */
async function signer(alg: 'ES256' | 'RS256') {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'k1', alg, use: 'sig' };
  const verify = verifier({
    issuer,
    audience,
    algorithms: [alg],
    jwksUri: `${issuer}/jwks`,
    fetch: async () => Response.json({ keys: [jwk] }),
  });
  const requirements = { scopes: ['orders:read'], groups: ['okta:staff'] };
  return {
    publicKey,
    jwk,
    token: () => token(alg, privateKey),
    ours: (request: Request) => verify(request, requirements),
  };
}

type Signer = Awaited<ReturnType<typeof signer>>;

function token(alg: 'ES256' | 'RS256', privateKey: KeyObject): string {
  const iat = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: issuer,
    sub: 'x'.repeat(22),
    aud: audience,
    client_id: 'latchkey-extension',
    cid: 'latchkey-extension',
    azp: 'https://shop.example.com',
    sid: 'x'.repeat(43),
    scope: 'orders:read orders:write',
    groups: ['okta:staff', 'okta:admins'],
    auth_time: iat,
    acr: 'urn:example:password',
    amr: ['pwd'],
    iat,
    exp: iat + 300,
    jti: randomUUID(),
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ alg, typ: 'at+jwt', kid: 'k1' })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** `@okta/jwt-verifier` loads keys from the issuer itself. */
async function startOkta({ jwk }: Signer) {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const okta = new OktaJwtVerifier({
    issuer,
    jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    testing: { disableHttpsCheck: true },
  } as ConstructorParameters<typeof OktaJwtVerifier>[0]);
  return {
    check: (access: string) => okta.verifyAccessToken(access, audience),
    close: () => void server.close().closeAllConnections(),
  };
}

/** Each of several callers asks again as soon as it is answered. A refusal ends the benchmark. */
async function takeTurn<Input>(inputs: readonly Input[], concurrency: number, check: Check<Input>): Promise<Turn> {
  // Keys are loaded before the clock starts, with the last one, which is used last.
  await check(inputs.at(-1) as Input);
  const queue = inputs.length === 1 ? undefined : inputs.values();
  const latencies: number[] = [];
  let count = 0;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + turnMs;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let at = startedAt; at < endsAt; ) {
        const input = queue ? queue.next().value : inputs[0];
        if (input === undefined) return;
        const before = performance.now();
        await check(input);
        at = performance.now();
        count += 1;
        latencies.push(at - before);
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (count / (performance.now() - startedAt)) * 1_000,
    p50Ms: median(latencies),
    cpuMs: (user + system) / 1_000 / count,
  };
}
