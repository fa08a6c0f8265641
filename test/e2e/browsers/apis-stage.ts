import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parse, stringify } from 'yaml';
import { type Verify, verifier } from '#clients/api';
import { cors, guard } from '../../../clients/api/adapters/node.ts';
import { bundleScript } from '../../../demo/sites/bundle.ts';
import type { RunningDemo } from '../../../demo/stack.ts';
import { writeRecipes } from '../../docs/recipes.ts';

/** A second API of the shop, which takes bound tokens only and has two hosts. The shop's own server passes `/api` on to it. */
export interface ApisStage {
  /** The API's name, which is the origin of its first host. */
  invoices: string;
  /** Its other host. */
  elsewhere: string;
  /** The requests that it accepted: URL as the page called it, and the token's audience. */
  accepted: { url: string; audience: string; isBound: boolean }[];
  close(): Promise<void>;
}

interface Config {
  resources: Record<string, object>;
  origins: Record<string, { allow: Record<string, string[]> }>;
}

type AcceptSockets = (
  server: Server,
  verify: Verify,
  publicOrigin: string,
  onSocket: (socket: import('ws').WebSocket, claims: { aud: unknown }) => void,
) => void;

const page =
  '<!doctype html><title>Shop</title><button id="load">Load</button><script type="module" src="/app.js"></script>';
/** A click asks for both APIs at once, as a page does that shows both. */
const pageScript = (orders: string, invoices: string) => `
window.open2 = () => connect({ minTtl: 1, resources: [
  { resource: ${JSON.stringify(orders)}, scopes: ['orders:read', 'orders:read'] },
  { resource: ${JSON.stringify(invoices)}, scopes: ['invoices:read'] },
] });
const outcome = (call) => call.then((response) => response.status, (error) => error.code);
window.load = async (interactive) => {
  const lk = await open2();
  try {
    const urls = [${JSON.stringify(`${orders}/orders`)}, ${JSON.stringify(`${invoices}/invoices`)}];
    return await Promise.all(urls.map((url) => outcome(lk.fetch(url, { interactive }))));
  } finally {
    // The next request must reach the extension, not the page's cache.
    lk.close();
  }
};
document.querySelector('#load').onclick = () => {
  window.loaded = undefined;
  load('if_needed').then((outcomes) => { window.loaded = outcomes; });
};
`;

/** Adds the API to the demo's broker, and a page that uses it to the shop, before a browser knows of it. */
export async function addApis({ state, origins, outage }: RunningDemo): Promise<ApisStage> {
  const recipes = await writeRecipes();
  const servers: Server[] = [];
  const listen = async (server: Server, port = 0): Promise<string> => {
    servers.push(server.listen({ port, host: '127.0.0.1' }));
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const accepted: ApisStage['accepted'] = [];
  const [first, second] = [createServer(), createServer()];
  const [invoices, elsewhere] = [await listen(first), await listen(second)];
  const { acceptSockets } = (await import(recipes.server)) as { acceptSockets: AcceptSockets };

  /** @param called the URL that the page called */
  const handler = (verify: Verify, called: (request: IncomingMessage) => string) =>
    cors({ origins: [origins.shop], methods: ['GET', 'PUT', 'POST'] })((request, response) => {
      const url = called(request);
      return guard(verify)({ scopes: ['invoices:read'], url })(async (request, response, { aud, cnf }) => {
        accepted.push({ url, audience: String(aud), isBound: cnf !== undefined });
        await answer(request, response);
      })(request, response);
    });
  for (const [server, origin] of [
    [first, invoices],
    [second, elsewhere],
  ] as const) {
    const verify = verifier({ issuer: origins.broker, audience: invoices, dpop: 'required', publicOrigin: origin });
    server.on(
      'request',
      handler(verify, ({ url }) => `${origin}${url}`),
    );
    acceptSockets(server, verify, origin, (socket, { aud }) => {
      socket.on('message', (data) => socket.send(`${data} for ${aud}`));
    });
  }

  await outage('shop');
  const script = `${await bundleScript(recipes.entry)}\n${pageScript(origins.api, invoices)}`;
  const verify = verifier({ issuer: origins.broker, audience: invoices, dpop: 'required' });
  const behindProxy = handler(verify, ({ url }) => `${origins.shop}${url}`);
  await listen(
    createServer((request, response) => {
      if (request.url?.startsWith('/api/')) return void behindProxy(request, response);
      const [type, body] = request.url === '/app.js' ? ['text/javascript', script] : ['text/html', page];
      response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` }).end(body);
    }),
    Number(new URL(origins.shop).port),
  );

  const config: Config = parse(await readFile(state.configFile, 'utf8'));
  config.resources[invoices] = {
    name: 'Invoices API',
    scopes: { 'invoices:read': 'See your invoices' },
    dpop: 'required',
    lifetime: '1m',
    urls: [`${invoices}/`, `${elsewhere}/v2`, `${origins.shop}/api`],
  };
  const shop = config.origins[origins.shop];
  // An object of its own: in the file, an alias shares it with a device.
  if (shop) shop.allow = { ...shop.allow, [invoices]: ['invoices:read'] };
  await writeFile(state.configFile, stringify(config));
  await (await outage('broker')).over();

  return {
    invoices,
    elsewhere,
    accepted,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      await recipes.close();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://api');
  if (pathname === '/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: one\n\ndata: t');
    response.end('wo\n\n');
    return;
  }
  const body = await text(request);
  const result =
    pathname === '/graphql' ? { data: { asked: JSON.parse(body).query } } : { path: pathname, length: body.length };
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(result));
}
