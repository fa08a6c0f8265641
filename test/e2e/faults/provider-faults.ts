import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { serve } from '../../../demo/serve.ts';
import { authorizationServer, createOktaLike } from '../../okta-like/okta.ts';
import { redirectUri } from '../kit/broker.ts';
import type { Authority } from '../kit/certificates.ts';
import { trustedAuthority, unknownAuthority } from './authority.ts';
import type { Fault } from './fault.ts';
import type { Scene, Trouble } from './scene.ts';

const is = (request: IncomingMessage, path: string) => new URL(request.url ?? '', 'http://idp').pathname === path;
const discovery = '/.well-known/openid-configuration';

/** Answers at one path in the provider's place. */
const answering =
  (path: string, status: number, body: string, headers: Record<string, string> = {}) =>
  (scene: Scene) =>
    scene.interfere((request, response) => {
      if (!is(request, path)) return false;
      response.writeHead(status, {
        'Content-Type': body.startsWith('<') ? 'text/html' : 'application/json',
        ...headers,
      });
      response.end(body);
      return true;
    });

const maintenance = '<!doctype html><title>Down for maintenance</title><h1>Back at noon</h1>';
const blocked = '<h1>Blocked by the web application firewall</h1>';

/** Changes the JSON of a response. */
const rewriting =
  (path: string, change: (body: Record<string, unknown>) => Record<string, unknown>): ((scene: Scene) => void) =>
  (scene) => {
    const trouble: Trouble = (request, response) => {
      if (!is(request, path)) return false;
      const end = response.end.bind(response) as (body: string) => typeof response;
      response.end = ((body: unknown) => {
        response.removeHeader('Content-Length');
        const text = String(body);
        return end(text.startsWith('{') ? JSON.stringify(change(JSON.parse(text))) : text);
      }) as typeof response.end;
      return false;
    };
    scene.interfere(trouble);
  };

/** Refuses token requests that have a certain text in their body. */
const refusing = (text: string, status: number, error: string) => (scene: Scene) =>
  scene.interfere((request, response) => {
    if (!is(request, '/token')) return false;
    // The provider reads the body, too, but its answer comes too late.
    request.on('data', (chunk) => {
      if (!String(chunk).includes(text)) return;
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error }));
      for (const method of ['end', 'writeHead', 'setHeader', 'removeHeader'] as const)
        response[method] = () => response;
    });
    return false;
  });

const issuer = (address: (scene: Scene) => string) => (scene: Scene) => {
  scene.upstream.issuer = address(scene);
};

async function listen(scene: Scene, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scene.defer(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A provider behind TLS whose certificate is bad. */
const behindTls =
  (host: string, authority: Authority, validity?: { from: string; to: string }) =>
  async (scene: Scene): Promise<void> => {
    const { key, cert } = authority.issue(host, validity);
    const port = await listen(
      scene,
      createTlsServer({ key, cert }, (_request, response) => void response.end('{}')),
    );
    scene.upstream.issuer = `https://localhost:${port}`;
  };

async function oktaLike(
  scene: Scene,
  { skewMs = 0, ...more }: { skewMs?: number; knownScopes?: string[]; refusesEveryone?: boolean },
): Promise<void> {
  const org = `http://127.0.0.1:${scene.ports.tv}`;
  const okta = await createOktaLike({
    org,
    client: {
      id: '0oa1',
      secret: 'a-secret-of-this-test-only',
      redirectUris: [`${scene.origins.broker}/callback`, redirectUri],
    },
    users: [{ id: '00u1', login: 'ada', password: 'engine-1843', name: 'Ada', groups: ['staff'] }],
    now: () => Date.now() + skewMs,
    ...more,
  });
  const server = await serve(getRequestListener(okta.app.fetch), scene.ports.tv);
  scene.defer(() => server.close());
  scene.origins.idp = org;
  Object.assign(scene.upstream, {
    issuer: `${org}${authorizationServer}`,
    client_id: '0oa1',
    preset: 'okta',
    refresh_leeway: '30s',
  });
}

/** What goes wrong between the broker and its provider. */
export const providerFaults: Fault[] = [
  { name: 'The host of the issuer does not exist', before: issuer(() => `https://${'idp'.repeat(22)}.example.com`) },
  {
    name: 'Nothing listens at the provider’s address',
    before: async (scene) => {
      const server = createTcpServer();
      const port = await listen(scene, server);
      await new Promise((resolve) => server.close(resolve));
      scene.upstream.issuer = `http://127.0.0.1:${port}`;
    },
  },
  {
    name: 'A firewall swallows requests to the provider',
    before: async (scene) => {
      const sockets = new Set<{ destroy(): void }>();
      const port = await listen(
        scene,
        createTcpServer((socket) => void sockets.add(socket.on('error', () => undefined))),
      );
      scene.defer(() => sockets.forEach((socket) => void socket.destroy()));
      scene.upstream.issuer = `http://127.0.0.1:${port}`;
    },
  },
  {
    name: 'The provider closes the connection without an answer',
    before: async (scene) => {
      scene.upstream.issuer = `http://127.0.0.1:${await listen(
        scene,
        createTcpServer((socket) => void socket.destroy()),
      )}`;
    },
  },
  {
    name: 'The provider’s certificate has expired',
    before: behindTls('localhost', trustedAuthority, { from: '2020-01-01', to: '2020-12-31' }),
  },
  { name: 'The provider’s certificate is for another host', before: behindTls('other.example.com', trustedAuthority) },
  {
    name: 'The provider’s certificate comes from an unknown authority',
    before: behindTls('localhost', unknownAuthority),
  },
  {
    name: 'The issuer has https, but its port speaks plain HTTP',
    before: issuer(({ origins }) => origins.idp.replace('http:', 'https:')),
  },
  { name: 'The issuer lacks its path, or has a wrong one', before: issuer(({ origins }) => `${origins.idp}/tenant-b`) },
  {
    name: 'The document names another issuer',
    after: rewriting(discovery, (body) => ({ ...body, issuer: 'https://id.example.com/tenant-a' })),
  },
  {
    name: 'The document is a template for many tenants (Entra ID with “common”)',
    after: rewriting(discovery, (body) => ({ ...body, issuer: 'https://login.example.com/{tenantid}/v2.0' })),
  },
  {
    name: 'Discovery answers with a page (maintenance, captive portal)',
    after: answering(discovery, 200, maintenance),
  },
  { name: 'Discovery answers 500', after: answering(discovery, 500, maintenance) },
  { name: 'Discovery answers 429', after: answering(discovery, 429, '{}', { 'Retry-After': '17' }) },
  {
    name: 'Discovery redirects',
    after: answering(discovery, 302, '', { Location: 'https://www.example.com/.well-known/openid-configuration' }),
  },
  { name: 'Discovery answers with JSON of something else', after: answering(discovery, 200, '{"hello":"world"}') },
  { name: 'Discovery lacks the token endpoint', after: rewriting(discovery, ({ token_endpoint: _, ...rest }) => rest) },
  { name: 'The provider’s keys can’t be read', after: answering('/jwks', 500, maintenance) },
  { name: 'client_id is wrong', before: ({ upstream }) => Object.assign(upstream, { client_id: 'somebody-else' }) },
  {
    name: 'The client secret is wrong, or has expired',
    before: async ({ dir, upstream }) => {
      await writeFile(`${dir}/wrong-secret`, 'not-the-secret-of-this-test');
      upstream.client_secret_file = './wrong-secret';
    },
  },
  {
    name: 'client_auth is the wrong one of two',
    before: ({ upstream }) => Object.assign(upstream, { client_auth: 'client_secret_post' }),
    after: refusing('client_secret=', 401, 'invalid_client'),
  },
  { name: 'The token endpoint answers with a page (captive portal)', after: answering('/token', 200, maintenance) },
  { name: 'A firewall answers at the token endpoint', after: answering('/token', 403, blocked) },
  { name: 'The token endpoint answers 500', after: answering('/token', 500, maintenance) },
  { name: 'The token endpoint answers 429', after: answering('/token', 429, '{}', { 'Retry-After': '17' }) },
  {
    name: 'The client may not use refresh tokens',
    after: refusing('grant_type=refresh_token', 400, 'unauthorized_client'),
  },
  {
    name: 'A redirect URI is not registered',
    before: (scene) => {
      scene.tree.extension = {
        ...(scene.tree.extension as object),
        chrome_key: undefined,
        chrome_ids: ['abcdefghijklmnopabcdefghijklmnop'],
      };
    },
  },
  {
    name: 'offline_access is refused',
    before: (scene) => oktaLike(scene, { knownScopes: ['openid', 'profile', 'email', 'groups'] }),
  },
  {
    name: 'A scope is unknown at the provider',
    before: async (scene) => {
      await oktaLike(scene, { knownScopes: ['openid', 'profile', 'email', 'groups', 'offline_access'] });
      scene.upstream.scopes = ['openid', 'email', 'offline_access', 'made-up'];
    },
  },
  { name: 'The provider’s clock is an hour ahead', before: (scene) => oktaLike(scene, { skewMs: 3_600_000 }) },
  { name: 'The provider’s clock is an hour behind', before: (scene) => oktaLike(scene, { skewMs: -3_600_000 }) },
  {
    name: 'Scopes lack offline_access at a provider that needs it',
    before: ({ upstream }) => Object.assign(upstream, { scopes: ['openid', 'profile', 'email', 'groups'] }),
  },
  {
    name: 'The provider sends no refresh token',
    after: rewriting('/token', ({ refresh_token: _, ...rest }) => rest),
    signInFirst: true,
  },
  {
    name: 'The provider sends no groups, and a rule asks for one',
    before: ({ upstream }) => Object.assign(upstream, { scopes: ['openid', 'profile', 'email', 'offline_access'] }),
    signInFirst: true,
  },
  {
    name: 'The person is not assigned to the application',
    before: (scene) => oktaLike(scene, { refusesEveryone: true }),
    unseen: true,
  },
];
