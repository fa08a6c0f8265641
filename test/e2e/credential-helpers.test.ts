import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, type TestContext } from 'vitest';
import { createAuthority, type ServerCertificate } from './kit/certificates.ts';

/** The credential helpers, called by the real tools. */

const run = promisify(execFile);
const bin = fileURLToPath(new URL('../../broker/bin/', import.meta.url));
const token = 'an-access-token';

let dir: string;
let server: Server;
/** What the server was given, by request. */
let authorizations: (string | undefined)[];
let env: Record<string, string>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-helpers-'));
  authorizations = [];
  // The tools find `latchkey` on the PATH, as they do after `npm install --global`.
  await mkdir(join(dir, 'bin'));
  for (const name of ['latchkey', 'docker-credential-latchkey']) {
    await writeFile(join(dir, 'bin', name), `#!/bin/sh\nexec "${process.execPath}" "${bin}${name}.js" "$@"\n`);
    await chmod(join(dir, 'bin', name), 0o755);
  }
  env = {
    PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
    HOME: dir,
    LATCHKEY_HOME: join(dir, 'latchkey'),
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
  };
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await rm(dir, { recursive: true });
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** @returns the port */
async function listen(answer: Answer, certificate?: ServerCertificate): Promise<number> {
  const listener: Answer = (request, response) => {
    authorizations.push(request.headers.authorization);
    answer(request, response);
  };
  server = (certificate ? createTlsServer(certificate, listener) : createServer(listener)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A sign-in for this API that is good for another hour. */
async function signInFor(resource: string): Promise<void> {
  await mkdir(env.LATCHKEY_HOME ?? '', { mode: 0o700 });
  const tokens = { access_token: token, token_type: 'Bearer', expires_at: Date.now() / 1_000 + 3_600 };
  const credentials = { version: 1, issuer: 'https://latchkey.example.com', client_id: 'cli', resource, tokens };
  await writeFile(join(env.LATCHKEY_HOME ?? '', 'default.json'), JSON.stringify(credentials), { mode: 0o600 });
}

function requires(context: TestContext, tool: string, ...version: string[]): void {
  if (spawnSync(tool, version).status !== 0) context.skip(`${tool} is not installed`);
}

const basic = `Basic ${Buffer.from(`oauth2:${token}`).toString('base64')}`;

it('git clones a private repository, and gives another server nothing', async (context) => {
  requires(context, 'git', '--version');
  const repository = join(dir, 'site.git');
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  await run('git', ['init', '--quiet', join(dir, 'work')], { env });
  await writeFile(join(dir, 'work', 'README'), 'Orders\n');
  await run('git', ['add', 'README'], { env, cwd: join(dir, 'work') });
  await run('git', [...author, 'commit', '--quiet', '-m', 'Start'], { env, cwd: join(dir, 'work') });
  await run('git', ['clone', '--quiet', '--bare', join(dir, 'work'), repository], { env });

  const port = await listen((request, response) => {
    if (request.headers.authorization !== basic) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
      return;
    }
    serveGit(request, response, new URL(request.url ?? '/', 'http://127.0.0.1'));
  });
  const origin = `http://127.0.0.1:${port}`;
  /** git's own server, over CGI. */
  function serveGit(request: IncomingMessage, response: ServerResponse, url: { pathname: string; search: string }) {
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...env,
        GIT_PROJECT_ROOT: dir,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        ...(request.headers['content-encoding'] && { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
      },
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    backend.once('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      const headers = answer.subarray(0, end).toString().split('\r\n');
      for (const line of headers) {
        const [name = '', value = ''] = line.split(': ');
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      response.end(answer.subarray(end + 4));
    });
  }

  await signInFor(`${origin}/`);
  await run('git', ['config', '--global', 'credential.helper', '!latchkey git-credential'], { env });
  await run('git', ['clone', '--quiet', `${origin}/site.git`, join(dir, 'copy')], { env });
  expect(await readFile(join(dir, 'copy', 'README'), 'utf8')).toBe('Orders\n');

  const url = `http://localhost:${port}/site.git`;
  authorizations = [];
  const refused = await run('git', ['clone', '--quiet', url, join(dir, 'other')], { env }).catch((error) => error);
  expect(refused.stderr).toContain("this profile's token isn't for localhost");
  expect(new Set(authorizations)).toEqual(new Set([undefined]));
});

it('kubectl sends the token to the cluster of the kubeconfig', async (context) => {
  requires(context, 'kubectl', 'version', '--client');
  const authority = createAuthority();
  const port = await listen((_, response) => {
    response.setHeader('Content-Type', 'application/json').end('{"gitVersion":"v1.34.0"}');
  }, authority.issue('localhost'));
  const origin = `https://localhost:${port}`;
  await signInFor(origin);
  const kubeconfig = join(dir, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
      clusters: [{ name: 'here', cluster: { server: origin, 'certificate-authority-data': btoa(authority.pem) } }],
      users: [
        {
          name: 'me',
          user: {
            exec: {
              apiVersion: 'client.authentication.k8s.io/v1',
              command: 'latchkey',
              args: ['kubectl-credential'],
              interactiveMode: 'Never',
              provideClusterInfo: true,
            },
          },
        },
      ],
    }),
  );
  const { stdout } = await run('kubectl', ['--kubeconfig', kubeconfig, 'get', '--raw', '/version'], { env });
  expect(JSON.parse(stdout)).toEqual({ gitVersion: 'v1.34.0' });
  expect(authorizations).toContain(`Bearer ${token}`);
});

it('docker signs in to a registry without asking for a password', async (context) => {
  requires(context, 'docker', '--version');
  const registry = 'registry.example.com';
  // Stands in for Docker's daemon, which asks the registry.
  const port = await listen((request, response) => {
    response.setHeader('Api-Version', '1.48');
    if (!request.url?.endsWith('/auth')) return void response.end('{}');
    void text(request).then((body) => {
      const { username, password } = JSON.parse(body);
      const isRight = username === 'oauth2' && password === token;
      response.writeHead(isRight ? 200 : 401, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(isRight ? { Status: 'Login Succeeded' } : { message: 'unauthorized' }));
    });
  });
  await signInFor(`https://${registry}/`);
  await mkdir(join(dir, '.docker'));
  await writeFile(join(dir, '.docker', 'config.json'), JSON.stringify({ credHelpers: { [registry]: 'latchkey' } }));
  const login = () => run('docker', ['login', registry], { env: { ...env, DOCKER_HOST: `tcp://127.0.0.1:${port}` } });
  expect((await login()).stdout).toContain('Login Succeeded');
  await rm(env.LATCHKEY_HOME ?? '', { recursive: true });
  await expect(login()).rejects.toMatchObject({ stderr: expect.stringContaining('latchkey login') });
});

it('bash completes commands and options', async (context) => {
  requires(context, 'bash', '--version');
  const complete = async (line: string) => {
    const script = `source <(latchkey completion bash)
      COMP_WORDS=(${line} ''); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _latchkey; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await run('bash', ['-c', script], { env })).stdout.trim().split('\n');
  };
  expect(await complete('latchkey')).toEqual(expect.arrayContaining(['login', 'token', 'serve', 'docker-credential']));
  expect(await complete('latchkey token')).toEqual(expect.arrayContaining(['--min-ttl', '--profile', '--help']));
  expect(await complete('latchkey sessions')).toEqual(expect.arrayContaining(['list', 'revoke', '--email']));
});
