import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { initRing } from '../../broker/keys/ring.ts';
import { demoConfig, upstreamName } from '../../demo/config.ts';
import { createIdp } from '../../demo/idp/idp.ts';
import { cliFile } from '../../demo/program.ts';
import { demoUsers } from '../../demo/users.ts';
import { createAuthority, type ServerCertificate } from './kit/certificates.ts';
import { type ForwardProxy, startForwardProxy } from './kit/forward-proxy.ts';
import { freePorts } from './kit/ports.ts';

/**
 * A company's closed network: hosts can be reached through a forward proxy alone, and have certificates of the company's
 * own authority. Everything is real: provider, broker, proxy, TLS. The host names don't exist in DNS (RFC 6761 §6.4).
 */
const [loginHost, ssoHost] = ['login.latchkey.invalid', 'sso.latchkey.invalid'];
const authority = createAuthority();

let dir: string;
let proxy: ForwardProxy;
let strictProxy: ForwardProxy;
let ports: Awaited<ReturnType<typeof freePorts>>;
const servers: Server[] = [];
const children: ChildProcess[] = [];
const configFile = () => join(dir, 'latchkey.yaml');
const caFile = () => join(dir, 'ca.pem');

/** The environment of this process has to name no proxy and no authority. */
const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/_proxy$|^NODE_|^SSL_CERT/i.test(name)),
);

async function serveTls(certificate: ServerCertificate, handler: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(certificate, handler);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function latchkey(env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, [cliFile, ...args], { env: { ...clean, LATCHKEY_HOME: dir, ...env } });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, said };
}

const writeConfig = (more: object = { tls: { ca_file: './ca.pem' } }) =>
  writeFile(
    configFile(),
    stringify({
      ...parse(demoConfig(ports)),
      issuer: `https://${ssoHost}`,
      upstreams: {
        [upstreamName]: {
          issuer: `https://${loginHost}`,
          client_id: 'latchkey-broker',
          client_secret_file: './client-secret',
          scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
        },
      },
      ...more,
    }),
  );

async function serve(env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [cliFile, 'serve', '--config', configFile()], {
    env: { ...clean, ...env },
    stdio: 'ignore',
  });
  children.push(child);
  await expect
    .poll(() =>
      fetch(`http://127.0.0.1:${ports.admin}/readyz`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
  return child;
}

/** `/account` sends somebody who isn't signed in to the provider, whose metadata the broker has to read for that. */
async function accountPage(): Promise<{ status: number; location: string | null }> {
  const headers = { 'Sec-Fetch-Site': 'none' };
  const answer = await fetch(`http://127.0.0.1:${ports.broker}/account`, { redirect: 'manual', headers });
  return { status: answer.status, location: answer.headers.get('Location') };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-closed-'));
  ports = await freePorts();
  const secret = 'a-secret-of-this-test-only';
  const idp = await createIdp({
    issuer: `https://${loginHost}`,
    client: {
      id: 'latchkey-broker',
      secret,
      redirectUris: [`https://${ssoHost}/callback`],
      postLogoutRedirectUris: [],
    },
    users: demoUsers,
    now: Date.now,
    log: () => undefined,
  });
  const login = await serveTls(authority.issue(loginHost), idp.handler);
  // What a reverse proxy does in front of the broker.
  const sso = await serveTls(authority.issue(ssoHost), ({ method, url, headers, ...request }, response) => {
    void request;
    const forwarded = httpRequest({ host: '127.0.0.1', port: ports.broker, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    response.req.pipe(forwarded);
  });
  const hosts = { [loginHost]: login, [ssoHost]: sso };
  proxy = await startForwardProxy(hosts);
  strictProxy = await startForwardProxy(hosts, 'user:p@ss');
  initRing(join(dir, 'keys'), Date.now());
  await writeFile(join(dir, 'client-secret'), secret);
  await writeFile(caFile(), authority.pem);
  await writeConfig();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await Promise.all([proxy?.close(), strictProxy?.close()]);
  await rm(dir, { recursive: true, force: true });
});

const through = (which: ForwardProxy, userinfo = '') => ({ HTTPS_PROXY: `http://${userinfo}127.0.0.1:${which.port}` });

describe('the broker', () => {
  it('reaches the provider through HTTPS_PROXY, and trusts tls.ca_file', async () => {
    const broker = await serve(through(proxy));
    const { status, location } = await accountPage();
    expect([status, location]).toEqual([302, expect.stringContaining(`https://${loginHost}/`)]);
    expect(proxy.asked).toContain(`${loginHost}:443`);

    // And so do the people's commands, from their own computers.
    const people = { ...through(proxy), LATCHKEY_ISSUER: `https://${ssoHost}` };
    const codeOf = async (env: Record<string, string>) => {
      const child = spawn(process.execPath, [cliFile, 'login', '--device', '--client', 'cli', '--json'], {
        env: { ...clean, LATCHKEY_HOME: dir, ...people, ...env },
      });
      children.push(child);
      const [line] = await once(child.stdout, 'data');
      child.kill('SIGKILL');
      return JSON.parse(String(line));
    };
    const code = { type: 'code', verification_uri: `https://${ssoHost}/device` };
    expect(await codeOf({ NODE_EXTRA_CA_CERTS: caFile() })).toMatchObject(code);
    // Where OpenSSL looks for the system's store.
    if (process.platform === 'linux') expect(await codeOf({ SSL_CERT_FILE: caFile() })).toMatchObject(code);
    const untrusting = await latchkey({ ...people, SSL_CERT_FILE: join(dir, 'keys') }, 'login', '--device');
    expect(untrusting).toMatchObject({ code: 5 });
    expect(untrusting.said).toMatch(
      /\((?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)\)\. The certificate's authority isn't trusted/,
    );
    const byNoProxy = await latchkey({ ...people, NO_PROXY: 'latchkey.invalid' }, 'login', '--device');
    expect(byNoProxy).toMatchObject({ code: 5, said: expect.stringMatching(/\((?:ENOTFOUND|EAI_AGAIN)\)/) });

    const ended = once(broker, 'exit');
    broker.kill('SIGTERM');
    await ended;
  });

  it('says 503, not more, where the proxy refuses it', async () => {
    const broker = await serve(through(strictProxy));
    expect((await accountPage()).status).toBe(503);
    const ended = once(broker, 'exit');
    broker.kill('SIGTERM');
    await ended;
  });
});

describe('latchkey doctor', () => {
  const doctor = (env: Record<string, string>) => latchkey(env, 'doctor', '--config', configFile());

  it('finds the provider through the proxy, and names the proxy without its password', async () => {
    const { said } = await doctor(through(strictProxy, 'user:p%40ss@'));
    expect(said).toContain(`✓ outgoing connections: through 127.0.0.1:${strictProxy.port} (HTTPS_PROXY)`);
    expect(said).toContain(`✓ ${upstreamName}: discovery: https://${loginHost}`);
    expect(said).not.toMatch(/p@ss|p%40ss/);
  });

  it('says that the proxy refuses the connection', async () => {
    const { code, said } = await doctor(through(strictProxy));
    expect(code).toBe(1);
    expect(said).toMatch(
      /discovery: .*the proxy refuses the connection to login\S+ with 407 \(UND_ERR_ABORTED\)\n {4}→ .*HTTPS_PROXY/,
    );
  });

  it('names a proxy that is not there', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { said } = await doctor({ HTTPS_PROXY: `127.0.0.1:${port}` });
    expect(said).toMatch(
      new RegExp(`✗ outgoing connections: the proxy 127\\.0\\.0\\.1:${port} \\(HTTPS_PROXY\\) .*ECONNREFUSED`),
    );
  });

  it('names an authority that is not trusted by its code, with the cure', async () => {
    await writeConfig({});
    const { said } = await doctor(through(proxy));
    expect(said).toMatch(/discovery: .*\((?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)\).*\n {4}→ .*tls\.ca_file/);
    await writeConfig({ tls: { system_ca: 'on' } });
    if (process.platform === 'linux') {
      const trusting = await doctor({ ...through(proxy), SSL_CERT_FILE: caFile() });
      expect(trusting.said).toContain(`✓ ${upstreamName}: discovery: https://${loginHost}`);
    }
    await writeConfig();
  });

  it('refuses an address that is no proxy, and a file that has no certificate', async () => {
    const { code, said } = await doctor({ HTTPS_PROXY: 'socks5://user:secret@proxy:1080' });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^latchkey: HTTPS_PROXY is not the address of an HTTP proxy/),
    ]);
    expect(said).not.toContain('secret');
    await writeConfig({ tls: { ca_file: './keys' } });
    expect((await doctor({})).said).toMatch(
      /tls\.ca_file: the file \.\/keys has no certificates in PEM form.*\(line \d+\)/,
    );
    await writeConfig();
  });
});
