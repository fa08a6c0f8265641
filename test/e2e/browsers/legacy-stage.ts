import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { parse, stringify } from 'yaml';
import { buildExtension } from '../../../demo/build-extension.ts';
import type { RunningDemo } from '../../../demo/stack.ts';
import { takePorts } from '../kit/ports.ts';

/** A site whose pages can't be changed, its API, and hosts that must get nothing. */
export interface LegacyStage {
  site: string;
  /** Another port of the same host, and a host below it. */
  neighbors: { port: string; subdomain: string };
  /** The API's name. Only `/v1` is its own. */
  api: string;
  /** Another URL of the API, as long as servers accept. */
  long: string;
  /** Another server, to which the API redirects. */
  elsewhere: string;
  /** Requests for the site's pages, as `POST /order`. */
  pages: string[];
  /** Requests to either server, in their order. */
  requests: { url: string; from: string | undefined; authorization: string | undefined }[];
  close(): Promise<void>;
}

interface Config {
  resources: Record<string, object>;
  origins: Record<string, object>;
}

/** A page as it was before anybody knew of Latchkey: it calls its API at once. */
const page = (api: string) => `<!doctype html><title>Legacy</title><p id="said"></p><script>
const say = (text) => { document.querySelector('#said').textContent = text; };
const load = () => fetch(${JSON.stringify(`${api}/v1/first`)}).then((answer) => answer.text()).then(say, (error) => say(String(error)));
load();
// What the tests run in a page of a neighbor.
addEventListener('message', ({ data }) => eval(data));
</script>`;

const call = 'const call = (url) => fetch(url).then((answer) => answer.text(), String);';
/** Workers that send a request for the page. */
const scripts: Record<string, string> = {
  '/worker.js': `${call} onmessage = async ({ data }) => postMessage(await call(data));`,
  '/shared.js': `${call} onconnect = ({ ports: [port] }) => { port.onmessage = async ({ data }) => port.postMessage(await call(data)); };`,
  '/service.js': `${call} onmessage = async ({ data, ports: [port] }) => port.postMessage(await call(data));`,
};

/** Adds the site to the demo's broker, and builds the extension anew. */
export async function addLegacySite({ state, outage }: RunningDemo): Promise<LegacyStage> {
  const servers: Server[] = [];
  const listen = async (port: number, listener: RequestListener): Promise<void> => {
    const server = createServer(listener);
    servers.push(server.listen({ port, host: '127.0.0.1' }));
    await once(server, 'listening');
  };
  const ports = await takePorts(['site', 'neighbor', 'api', 'elsewhere']);
  const site = `http://legacy.localhost:${ports.site}`;
  const api = `http://127.0.0.1:${ports.api}`;
  const long = `${api}/${'long-(path).$/'.repeat(400)}v1`;
  const elsewhere = `http://127.0.0.1:${ports.elsewhere}`;
  const requests: LegacyStage['requests'] = [];

  const shown: string[] = [];
  const pages: RequestListener = ({ method, url = '' }, response) => {
    const script = scripts[url];
    if (!script) shown.push(`${method} ${url}`);
    const type = script ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'Content-Type': type }).end(script ?? page(api));
  };
  await listen(ports.site, pages);
  await listen(ports.neighbor, pages);
  /** Answers with what it got, to every page. */
  const echo =
    (origin: string): RequestListener =>
    ({ method, url = '', headers }, response) => {
      const { authorization, origin: from } = headers;
      if (method !== 'OPTIONS') requests.push({ url: `${origin}${url}`, from, authorization });
      const open = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'PUT' };
      if (url.startsWith('/v1/redirect'))
        response.writeHead(302, { ...open, Location: `${elsewhere}/v1/target` }).end();
      else response.writeHead(200, open).end(authorization?.split(' ')[0] ?? 'nothing');
    };
  await listen(ports.api, echo(api));
  await listen(ports.elsewhere, echo(elsewhere));

  const config: Config = parse(await readFile(state.configFile, 'utf8'));
  config.resources[api] = {
    name: 'Reports API',
    scopes: { 'reports:read': 'See your reports' },
    lifetime: '2m',
    urls: [`${api}/v1`, long],
  };
  config.origins[site] = {
    name: 'Legacy reports',
    consent: 'granted',
    attach_tokens: true,
    allow: { [api]: ['reports:read'] },
  };
  await writeFile(state.configFile, stringify(config));
  await buildExtension(state);
  await (await outage('broker')).over();

  return {
    site,
    neighbors: {
      port: `http://legacy.localhost:${ports.neighbor}`,
      subdomain: `http://sub.legacy.localhost:${ports.site}`,
    },
    api,
    long,
    elsewhere,
    requests,
    pages: shown,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
