import { generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { secureHeaderValues } from '../../broker/middleware/secure-headers.ts';

/**
 * The lower bound for the broker's answers, as a separate program: the same framework and Node, the work that no
 * broker could leave out, and nothing else. It exits together with the program that started it.
 */
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
/** As long as the broker's answer without the token's claims. */
const claims = {
  iss: 'http://localhost:12345',
  sub: 'x'.repeat(22),
  client_id: 'latchkey-extension',
  sid: 'x'.repeat(43),
  groups: ['example:staff', 'example:admins'],
  auth_time: 1_800_000_000,
  acr: 'urn:example:password',
  amr: ['pwd'],
  idp: 'http://127.0.0.1:12345',
  idp_sub: 'ada',
};

const app = new Hono();

function token({ origin, resource, scope }: Record<'origin' | 'resource' | 'scope', string>) {
  const iat = Math.floor(Date.now() / 1_000);
  const payload = { ...claims, aud: resource, azp: origin, scope, exp: iat + 300, iat, jti: randomUUID() };
  const input = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: 'x'.repeat(43) })}.${encode(payload)}`;
  // The fastest way to a signature is DER. Nobody reads this one, and it is as long as the JWS form.
  const signature = sign('sha256', Buffer.from(input), privateKey);
  return {
    access_token: `${input}.${signature.toString('base64url')}`,
    token_type: 'Bearer',
    expires_in: 300,
    scope,
    resource,
  };
}

app.post('/form-sign', async (c) => {
  const form = new URLSearchParams(await c.req.text());
  return c.json(token({ origin: '', resource: form.get('resource') ?? '', scope: form.get('scope') ?? '' }));
});

app.get('/answer', (c) => c.body(null, 200));

/** As many headers as `/verify` answers with. */
const manyHeaders = {
  ...(await secureHeaderValues('https://latchkey.example.com')),
  'cache-control': 'no-store',
  'X-Request-Id': 'x'.repeat(32),
  'X-Latchkey-Subject': 'x'.repeat(22),
  'X-Latchkey-Scope': 'orders:read',
  'X-Latchkey-Groups': 'example:staff example:admins',
  'X-Latchkey-Client': 'x'.repeat(18),
};
app.get('/headers', (c) => c.body(null, 200, manyHeaders));

/** The signatures that requests bring are of other keys. So this one verifies its own, which costs the same. */
const signed = Buffer.from('x'.repeat(800));
const signature = sign('sha256', signed, privateKey);
const verifyOne = (): boolean => verify('sha256', signed, publicKey, signature);

app.get('/check', (c) => c.body(null, verifyOne() ? 200 : 401));

app.post('/check-sign', async (c) => (verifyOne() ? c.json(token(await c.req.json())) : c.body(null, 401)));

app.post('/form', async (c) => {
  const form = new URLSearchParams(await c.req.text());
  return c.json({ error: 'authorization_pending', error_description: form.get('client_id')?.padEnd(139, '.') }, 400);
});

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }: AddressInfo) => {
  process.send?.(port);
});
process.once('disconnect', () => server.close(() => process.exit()));
