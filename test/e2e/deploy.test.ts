import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '../../broker/config/load.ts';
import { root } from '../../demo/program.ts';
import { freePorts } from './kit/ports.ts';
import { type Postgres, startPostgres } from './kit/postgres.ts';
import { type Replicas, startReplicas } from './kit/replicas.ts';

const has = (program: string) =>
  spawnSync(program, ['-v']).error === undefined || spawnSync(program, ['version']).error === undefined;
const deploy = (name: string) => readFile(join(root, 'deploy', name), 'utf8');

/** The example, with names replaced for this test. Each name must exist, so a changed example breaks the test. */
function rendered(text: string, replacements: [RegExp, string][]): string {
  return replacements.reduce((result, [pattern, replacement]) => {
    expect(result).toMatch(pattern);
    return result.replace(pattern, replacement);
  }, text);
}

async function untilAnswers(url: string, process: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    if (process.exitCode !== null) throw new Error(`the proxy ended with ${process.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`${url} does not answer`);
}

describe.skipIf(!has('nginx'))('nginx in front of three replicas', () => {
  let postgres: Postgres;
  let replicas: Replicas;
  let nginx: ChildProcess;
  let origin: string;

  beforeAll(async () => {
    postgres = await startPostgres();
    replicas = await startReplicas({
      count: 3,
      store: postgres.url,
      adjust: (config) => Object.assign(config, { trusted_proxies: ['127.0.0.1/32'] }),
    });
    const { shop: port } = await freePorts();
    origin = `http://127.0.0.1:${port}`;
    const [one = '', two = '', three = ''] = replicas.replicas.map((replica) => new URL(replica.origin).host);
    const server = rendered(await deploy('nginx/latchkey.conf'), [
      [/broker-1:8787/, one],
      [/broker-2:8787/, two],
      [/broker-3:8787/, three],
      [/listen 443 ssl;/, `listen 127.0.0.1:${port};`],
      [/ssl_certificate .*;/, ''],
      [/ssl_certificate_key .*;/, ''],
    ]);
    const at = (name: string) => join(replicas.dir, name);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${at(name)};`,
    );
    const main = `daemon off; pid ${at('nginx.pid')}; error_log ${at('nginx.log')}; events {}
      http { access_log off; ${temporary.join(' ')} ${server} }`;
    await writeFile(at('nginx.conf'), main);
    nginx = spawn('nginx', ['-c', at('nginx.conf'), '-e', at('nginx.log')], { stdio: 'ignore' });
    await untilAnswers(`${origin}/jwks`, nginx);
  });

  afterAll(async () => {
    if (nginx?.exitCode === null) {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
    }
    await replicas?.close();
    await postgres?.close();
  });

  it('serves a session from all of them', async () => {
    const person = await replicas.signIn();
    const answers = await Promise.all(Array.from({ length: 30 }, () => person.token(origin)));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    for (const [index] of replicas.replicas.entries()) {
      expect(await readFile(replicas.logFile(index), 'utf8')).toContain('"path":"/session/token"');
    }
  });

  it('tells the broker the caller’s own address, whatever the caller says', async () => {
    const forms = ['203.0.113.1', '203.0.113.2'].map((address) => ({
      'X-Forwarded-For': address,
      'X-Real-IP': address,
      Forwarded: `for=${address}`,
    }));
    for (const headers of forms) {
      const body = new URLSearchParams({ client_id: 'tv' });
      expect((await fetch(`${origin}/device_authorization`, { method: 'POST', headers, body })).status).toBe(200);
    }
    const { default: pg } = await import('pg');
    const client = new pg.Client(postgres.url);
    await client.connect();
    const { rows } = await client.query('select distinct ip from device_grants');
    await client.end();
    expect(rows).toEqual([{ ip: '127.0.0.1' }]);
  });

  it('goes on while one is killed and comes back', async () => {
    const person = await replicas.signIn();
    const [doomed] = replicas.replicas;
    await doomed?.stop('SIGKILL');
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await person.token(origin)).status);
    expect(statuses).toEqual(Array(12).fill(200));
    await doomed?.start();
  });
});

describe.skipIf(!has('caddy'))('Caddy in front of one broker', () => {
  it('serves a session and passes no address on that the caller made up', async () => {
    await using cleanUp = new AsyncDisposableStack();
    const replicas = await startReplicas({
      count: 1,
      adjust: (config) => Object.assign(config, { trusted_proxies: ['127.0.0.1/32'] }),
    });
    cleanUp.defer(() => replicas.close());
    const { shop: port } = await freePorts();
    const origin = `http://127.0.0.1:${port}`;
    const site = rendered(await deploy('caddy/Caddyfile'), [
      [/latchkey\.example\.com \{/, `:${port} {\n\tbind 127.0.0.1`],
      [/127\.0\.0\.1:8787/, new URL(replicas.replicas[0]?.origin ?? '').host],
    ]);
    const file = join(replicas.dir, 'Caddyfile');
    await writeFile(file, `{\n\tadmin off\n\tauto_https off\n}\n${site}`);
    const env = { ...process.env, XDG_DATA_HOME: replicas.dir, XDG_CONFIG_HOME: replicas.dir };
    const caddy = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', file], { stdio: 'ignore', env });
    cleanUp.defer(async () => {
      if (caddy.exitCode !== null) return;
      caddy.kill('SIGTERM');
      await once(caddy, 'exit');
    });
    await untilAnswers(`${origin}/jwks`, caddy);
    const person = await replicas.signIn();
    expect((await person.token(origin)).status).toBe(200);
  });
});

describe('the examples', () => {
  it('hold a configuration that the broker takes', async () => {
    const env = {
      LATCHKEY_STORE: 'postgres://latchkey:x@postgres/latchkey',
      OKTA_CLIENT_SECRET: 'from-the-provider-9f2',
    };
    const config = parseConfig(await deploy('latchkey.yaml'), 'latchkey.yaml', env);
    expect(config.issuer).toBe('https://latchkey.example.com');
  });

  it('run three brokers, not as root, stopped with time to finish', async () => {
    const { services } = parse(await deploy('compose.yaml'), { merge: true });
    expect(Object.keys(services)).toEqual(['broker-1', 'broker-2', 'broker-3', 'nginx', 'postgres']);
    const documents = parseAllDocuments(await deploy('kubernetes/latchkey.yaml')).map((document) => document.toJS());
    const [deployment] = documents;
    expect(documents.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'Service',
      'PodDisruptionBudget',
      'NetworkPolicy',
    ]);
    expect(deployment.spec.replicas).toBe(3);
    expect(deployment.spec.template.spec.securityContext.runAsNonRoot).toBe(true);
    expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(10);
    expect(await deploy('Dockerfile')).toMatch(/^USER 10001/m);
  });
});
