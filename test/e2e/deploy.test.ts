import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../broker/config/load.ts';
import { isPrivateMode } from '../../broker/keys/private-mode.ts';
import { root } from '../../demo/program.ts';
import { readVersion } from '../../extension/packaging/version.ts';
import { startDns } from './kit/dns.ts';
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

/** Runs nginx in the foreground with this server, all its files in `dir`. */
async function startNginx(dir: string, server: string): Promise<ChildProcess> {
  const at = (name: string) => join(dir, name);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${at(name)};`,
  );
  const main = `daemon off; pid ${at('nginx.pid')}; error_log ${at('nginx.log')}; events {}
      http { access_log off; ${temporary.join(' ')} ${server} }`;
  await writeFile(at('nginx.conf'), main);
  return spawn('nginx', ['-c', at('nginx.conf'), '-e', at('nginx.log')], { stdio: 'ignore' });
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
    nginx = await startNginx(replicas.dir, server);
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

describe.skipIf(!has('nginx'))('nginx of compose.yaml', () => {
  it('finds brokers that have another address than before, without a reload', async () => {
    await using cleanUp = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'latchkey-compose-'));
    cleanUp.defer(() => rm(dir, { recursive: true }));
    const { shop: port, broker: brokerPort } = await freePorts();
    /** Containers have one port and different addresses, which loopback has, too. */
    const container = async (address: string) => {
      const server = createServer((_request, response) => response.end(address));
      server.listen(brokerPort, address);
      await once(server, 'listening');
      return { [Symbol.asyncDispose]: async () => void server.close().closeAllConnections() };
    };
    const dns = await startDns(['127.0.0.2']);
    cleanUp.defer(dns.close);
    const old = cleanUp.use(await container('127.0.0.2'));
    const server = rendered(await deploy('nginx/compose.conf'), [
      [/127\.0\.0\.11/, dns.address],
      [/broker:8787/, `broker:${brokerPort}`],
      [/listen 443 ssl;/, `listen 127.0.0.1:${port};`],
      [/ssl_certificate .*;/, ''],
      [/ssl_certificate_key .*;/, ''],
    ]);
    const nginx = await startNginx(dir, server);
    cleanUp.defer(async () => {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
    });
    const origin = `http://127.0.0.1:${port}`;
    await untilAnswers(origin, nginx);
    const answer = () => fetch(origin).then((response) => response.text());
    expect(await answer()).toBe('127.0.0.2');
    await old[Symbol.asyncDispose]();
    cleanUp.use(await container('127.0.0.3'));
    dns.answer(['127.0.0.3']);
    await expect.poll(answer).toBe('127.0.0.3');
    // One of two is away: the other one answers every request.
    dns.answer(['127.0.0.2', '127.0.0.3']);
    for (let n = 0; n < 6; n += 1) expect(await answer()).toBe('127.0.0.3');
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

  it('run three brokers on one PostgreSQL, read-only, stopped with time to finish', async () => {
    const { services } = parse(await deploy('compose.yaml'), { merge: true });
    expect(Object.keys(services)).toEqual(['broker', 'latchkey', 'nginx', 'postgres']);
    expect(services.broker).toMatchObject({ deploy: { replicas: 3 }, read_only: true, stop_grace_period: '30s' });
    // Brokers only read the key file. The service for commands, which isn't started, may rotate it.
    const keysMount = (name: string) => services[name].volumes.find((each: string) => each.startsWith('./secrets'));
    expect(['broker', 'latchkey'].map(keysMount)).toEqual(['./secrets:/run/latchkey:ro', './secrets:/run/latchkey']);
    expect(services.latchkey).toMatchObject({ profiles: ['commands'], deploy: { replicas: 1 } });
    const dockerfile = await deploy('Dockerfile');
    expect(dockerfile).toMatch(/^USER 10001/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["latchkey"\]\nCMD \["serve"\]$/m);
    expect(dockerfile).toContain('LATCHKEY_CONFIG=/etc/latchkey/latchkey.yaml');
  });

  it('ask for a database password that is the same in a URL', async () => {
    const compose = await deploy('compose.yaml');
    const [comments = ''] = compose.split('\nname:');
    expect(comments).toMatch(/POSTGRES_PASSWORD .* letters and digits only \(openssl rand -hex \d+\)/);
    // As the random bytes are printed. No other password is made up in the examples.
    const { LATCHKEY_STORE } = parse(compose, { merge: true }).services.broker.environment;
    const url = new URL(LATCHKEY_STORE.replace('${POSTGRES_PASSWORD:?}', 'f00d'.repeat(12)));
    expect([url.password, url.host]).toEqual(['f00d'.repeat(12), 'postgres']);
  });

  it('mount the key file in Kubernetes with a mode that the broker takes, and copy it nowhere', async () => {
    const { spec } = parse(await deploy('kubernetes/deployment.yaml')).spec.template;
    expect(spec.initContainers).toBeUndefined();
    const { runAsUser, runAsGroup, fsGroup } = spec.securityContext;
    expect(fsGroup).toBe(runAsGroup);
    const { secret } = spec.volumes.find(({ name }: { name: string }) => name === 'keys');
    // Kubernetes reads YAML 1.1, where a number that begins with 0 is octal. The files of a secret are root's.
    const mode = Number.parseInt(String(secret.defaultMode), 8);
    expect(isPrivateMode({ mode, uid: 0 }, runAsUser)).toBe(true);
    expect((mode & 0o040) !== 0).toBe(true);
    const { mountPath } = spec.containers[0].volumeMounts.find(({ name }: { name: string }) => name === 'keys');
    const { keys_file } = parse(await deploy('latchkey.yaml'));
    expect(keys_file).toBe(`${mountPath}/keys`);
  });
});

const kubernetes = join(import.meta.dirname, 'kubernetes');

describe.skipIf(!has('go'))('the Kubernetes base, where Go is installed', () => {
  it('builds, and has only what the API knows: objects of the right form, with one image and a scraper', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'latchkey-kubernetes-'));
    const program = join(dir, 'check');
    execFileSync('go', ['build', '-o', program, '.'], { cwd: kubernetes, stdio: 'pipe' });
    const check = (base: string) => spawnSync(program, [base], { encoding: 'utf8' });
    const { stdout, stderr, status } = check(join(root, 'deploy/kubernetes'));
    expect([status, stderr]).toEqual([0, '']);
    const objects = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'Service',
      'PodDisruptionBudget',
      'HorizontalPodAutoscaler',
      'NetworkPolicy',
    ]);
    const [{ spec }, , budget, autoscaler, network] = objects;
    const {
      containers,
      initContainers = [],
      volumes,
      securityContext,
      terminationGracePeriodSeconds,
    } = spec.template.spec;
    const images = new Set([...containers, ...initContainers].map(({ image }) => image));
    expect([...images]).toEqual([`registry.example.com/latchkey:${await readVersion()}`]);
    const keys = volumes.find(({ name }: { name: string }) => name === 'keys');
    expect(keys.secret).toEqual({ secretName: 'latchkey-keys', defaultMode: 0o440 });
    expect(securityContext.runAsNonRoot).toBe(true);
    expect(terminationGracePeriodSeconds).toBeGreaterThan(10);
    // Else the autoscaler's number would be reset by each deployment, and a node could never be drained.
    expect(spec.replicas).toBeUndefined();
    expect(autoscaler.spec.minReplicas).toBeGreaterThan(budget.spec.minAvailable);
    expect(network.spec.ingress[1].from[0].namespaceSelector.matchLabels).toHaveProperty([
      'kubernetes.io/metadata.name',
    ]);
    // The check itself: a misspelled field is found.
    await cp(join(root, 'deploy/kubernetes'), join(dir, 'base'), { recursive: true });
    const service = await readFile(join(dir, 'base/service.yaml'), 'utf8');
    await writeFile(join(dir, 'base/service.yaml'), service.replace('selector:', 'selectors:'));
    expect(check(join(dir, 'base')).stderr).toContain('unknown field "spec.selectors"');
    await rm(dir, { recursive: true });
    // On the first run, Go compiles the client library.
  }, 900_000);
});
