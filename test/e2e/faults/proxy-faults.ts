import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import type { Authority } from '../kit/certificates.ts';
import { trustedAuthority, unknownAuthority } from './authority.ts';
import type { Fault } from './fault.ts';
import type { Scene } from './scene.ts';

/** What the examples in `deploy/` set. */
const right = {
  headers: ['proxy_set_header Host $host;', 'proxy_set_header X-Forwarded-For $remote_addr;'],
  events: ['proxy_buffering off;', 'proxy_read_timeout 1h;'],
};

interface NginxOptions {
  headers?: string[];
  events?: string[];
  /** Added to the server. */
  more?: string[];
  /** Where requests go. Default: the broker. */
  port?: number;
  certificate?: { host?: string; from?: string; to?: string; authority?: Authority };
}

/** Has the broker be behind TLS at this port, and trust that proxy. */
function behindProxy({ tree, ports }: Scene): void {
  Object.assign(tree, { issuer: `https://localhost:${ports.shop}`, trusted_proxies: ['127.0.0.1/32'] });
}

async function certificateFiles(
  { dir }: Scene,
  { host = 'localhost', authority = trustedAuthority, from, to }: NonNullable<NginxOptions['certificate']>,
) {
  const { key, cert } = authority.issue(host, from === undefined || to === undefined ? undefined : { from, to });
  await writeFile(join(dir, 'tls.key'), key, { mode: 0o600 });
  await writeFile(join(dir, 'tls.crt'), cert);
}

/** Real nginx in front of the broker. */
export const nginx =
  ({ headers = right.headers, events = right.events, more = [], port, certificate = {} }: NginxOptions = {}) =>
  async (scene: Scene): Promise<void> => {
    const { dir, ports } = scene;
    await certificateFiles(scene, certificate);
    const at = (name: string) => join(dir, name);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${at(kind)};`,
    );
    const broker = `proxy_pass http://127.0.0.1:${port ?? ports.broker};`;
    await writeFile(
      at('nginx.conf'),
      `daemon off; worker_processes 1;${process.getuid?.() === 0 ? ' user root;' : ''} pid ${at('nginx.pid')}; error_log ${at('nginx.log')};
events { worker_connections 64; }
http {
  access_log off; ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${ports.shop} ssl;
    ssl_certificate ${at('tls.crt')}; ssl_certificate_key ${at('tls.key')};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    ${headers.join('\n    ')}
    ${more.join('\n    ')}
    location / { ${broker} }
    location = /session/events { ${events.join(' ')} ${broker} }
  }
}
`,
    );
    await run(scene, 'nginx', ['-c', at('nginx.conf'), '-e', at('nginx.log')]);
  };

/** Real Caddy in front of the broker. @param lines of its `reverse_proxy` */
export const caddy =
  (lines: string[] = []) =>
  async (scene: Scene): Promise<void> => {
    const { dir, ports } = scene;
    await certificateFiles(scene, {});
    await mkdir(join(dir, 'caddy'));
    await writeFile(
      join(dir, 'Caddyfile'),
      `{\n\tadmin off\n\tauto_https off\n}\nhttps://localhost:${ports.shop} {\n\tbind 127.0.0.1\n\ttls ${join(dir, 'tls.crt')} ${join(dir, 'tls.key')}
\treverse_proxy 127.0.0.1:${ports.broker} {\n\t\t${['flush_interval -1', ...lines].join('\n\t\t')}\n\t}\n}\n`,
    );
    await run(scene, 'caddy', ['run', '--adapter', 'caddyfile', '--config', join(dir, 'Caddyfile')]);
  };

async function run({ dir, ports, defer }: Scene, program: string, args: string[]): Promise<void> {
  const env = { ...process.env, XDG_DATA_HOME: join(dir, 'caddy'), XDG_CONFIG_HOME: join(dir, 'caddy') };
  const child = spawn(program, args, { stdio: 'ignore', env });
  defer(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    if (await accepts(ports.shop)) return;
    await sleep(25);
  }
  throw new Error(`${program} does not answer`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

const fault = (name: string, options: NginxOptions, before: (scene: Scene) => unknown = () => undefined): Fault => ({
  name,
  needs: 'nginx',
  before: async (scene) => {
    behindProxy(scene);
    await before(scene);
  },
  after: nginx(options),
});

/** What goes wrong between browsers and the broker. */
export const proxyFaults: Fault[] = [
  fault('The proxy passes on X-Forwarded-For as it comes', { headers: ['proxy_set_header Host $host;'] }),
  fault('The proxy sends no X-Forwarded-For', { headers: ['proxy_set_header X-Forwarded-For "";'] }),
  fault('trusted_proxies lacks the proxy', {}, ({ tree }) => Object.assign(tree, { trusted_proxies: ['10.0.0.5/32'] })),
  fault('trusted_proxies is empty', {}, ({ tree }) => Object.assign(tree, { trusted_proxies: [] })),
  fault('The proxy removes the DPoP header', { headers: [...right.headers, 'proxy_set_header DPoP "";'] }),
  fault('The proxy removes Cookie and Authorization', {
    headers: [...right.headers, 'proxy_set_header Cookie "";', 'proxy_set_header Authorization "";'],
  }),
  fault('The proxy buffers the event stream', {
    events: ['proxy_buffering on;', 'proxy_ignore_headers X-Accel-Buffering;'],
  }),
  fault('The proxy cuts the event stream when it is quiet', {
    events: ['proxy_buffering off;', 'proxy_read_timeout 1s;'],
  }),
  fault('The proxy treats the event stream’s path as its own', { events: ['return 404;'] }),
  fault('The proxy changes cookies', { more: ['proxy_cookie_path / /latchkey/;'] }),
  fault('The proxy removes Set-Cookie', { more: ['proxy_hide_header Set-Cookie;'] }),
  fault('The proxy removes the security headers', {
    more: ['proxy_hide_header Content-Security-Policy;', 'proxy_hide_header Strict-Transport-Security;'],
  }),
  fault('The proxy forwards to the wrong port', { port: 1 }),
  fault('The proxy serves /.well-known itself', {
    more: ['location /.well-known/ { return 200 "<title>Welcome</title>"; }'],
  }),
  fault('The public address is another site', {
    more: ['location ~ ^/ { default_type text/html; return 200 "<title>Welcome</title>"; }'],
  }),
  fault('The broker’s own certificate has expired', { certificate: { from: '2020-01-01', to: '2020-12-31' } }),
  fault('The broker’s own certificate is for another host', { certificate: { host: 'other.example.com' } }),
  fault('The broker’s own certificate comes from an unknown authority', {
    certificate: { authority: unknownAuthority },
  }),
  {
    name: 'The proxy of the public address does not run',
    before: behindProxy,
  },
  {
    name: 'Caddy removes the DPoP header',
    needs: 'caddy',
    before: behindProxy,
    after: caddy(['header_up -DPoP']),
  },
];
