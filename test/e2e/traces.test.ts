import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { initRing } from '../../broker/keys/ring.ts';
import { createStore } from '../../broker/store/open.ts';
import { formatTraceparent, newSpanId, newTraceId } from '../../broker/trace/trace-context.ts';
import { cliFile } from '../../demo/program.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { type ReceivedSpan, startOtlpReceiver } from './kit/otlp-receiver.ts';
import { createSessionClient } from './kit/session-client.ts';

let collector: Awaited<ReturnType<typeof startOtlpReceiver>>;
let broker: TestBroker;

beforeAll(async () => {
  collector = await startOtlpReceiver();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
  process.env.OTEL_EXPORTER_OTLP_HEADERS = 'api-key=of-this-test';
  process.env.OTEL_RESOURCE_ATTRIBUTES = 'deployment.environment.name=test';
  const env = { ...process.env, OTEL_BSP_SCHEDULE_DELAY: '50' };
  broker = await startBrokerAndIdp(undefined, {}, undefined, { env, version: '1.2.3' });
});
afterAll(async () => {
  await broker?.close();
  await collector?.close();
});

const spansOf = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);
const named = (spans: ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);
const only = <T>(list: T[]): T => {
  expect(list).toHaveLength(1);
  return list[0] as T;
};
const linesOf = (traceId: string) =>
  broker.logged.map((line) => JSON.parse(line)).filter(({ request_id }) => request_id === traceId);

/** A sign-in whose requests all name one trace, as the extension's do. @returns also all that no span may contain */
async function tracedSignIn() {
  const { origins } = broker;
  const trace = { traceId: newTraceId(), spanId: newSpanId() };
  const client = await createSessionClient(origins.broker, undefined, origins.idp);
  client.headers.traceparent = formatTraceparent(trace, true);
  const { answer: begun, state, verifier } = await client.authorize();
  const redirect = await client.atProvider(begun.body.authorization_url, 'ada', 'engine-1843');
  const [code, iss] = [redirect.get('code') ?? '', redirect.get('iss') ?? undefined];
  const created = await client.call('POST', '/session', { state, code, code_verifier: verifier, iss });
  const asked = { origin: origins.notes, resource: origins.api, scope: 'orders:read' };
  const token = await client.call('POST', '/session/token', asked);
  const { email, sub } = created.body.account;
  const cookie = client.cookie.split('=')[1] ?? '';
  const secrets = [state, verifier, code, cookie, token.body.access_token, email, sub, 'a-secret-of-this-test-only'];
  return { ...trace, answers: [begun, created, token], secrets };
}

describe('a sign-in', () => {
  it('has one ID in answers, log, audit log, spans and at the provider, and no secret in any span', async () => {
    const { traceId, spanId, answers, secrets } = await tracedSignIn();
    expect(answers.map(({ status }) => status)).toEqual([200, 201, 200]);
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id')))).toEqual(new Set([traceId]));

    const lines = linesOf(traceId).filter(({ event, status }) => event === 'request' && status < 300);
    expect(lines.map(({ path }) => path)).toEqual(['/session/authorize', '/session', '/session/token']);
    expect(new Set(lines.map((line) => line.span_id)).size).toBe(3);

    const store = await createStore(broker.storeUrl, { now: Date.now });
    const entries = (await store.auditAfter(0, 100)).filter(({ detail }) => detail.request_id === traceId);
    await store.close();
    expect(entries.map(({ type }) => type)).toEqual(['session.created']);

    await vi.waitFor(() => expect(named(spansOf(traceId), 'POST /session/token')).toHaveLength(1));
    const spans = spansOf(traceId);
    const create = only(named(spans, 'POST /session'));
    expect(create).toMatchObject({ kind: 2, parent: spanId });
    expect(create.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/session',
      'http.response.status_code': 201,
      'latchkey.sign_in': lines[1].sign_in,
    });
    expect(create.resource).toMatchObject({
      'service.name': 'latchkey',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
    });
    expect(lines[1].span_id).toBe(create.spanId);

    const exchange = only(named(spans, 'POST /token'));
    expect(exchange).toMatchObject({ kind: 3, parent: create.spanId });
    expect(exchange.attributes).toMatchObject({ 'url.full': `${broker.origins.idp}/token` });
    expect(broker.seenByIdp).toContainEqual({ url: '/token', traceparent: `00-${traceId}-${exchange.spanId}-01` });

    const insert = only(named(spans, 'store insertSession'));
    expect(insert).toMatchObject({ kind: 3, parent: create.spanId });
    expect(insert.attributes['db.system.name']).toMatch(/^(sqlite|postgresql)$/);

    const all = JSON.stringify(collector.spans);
    expect(secrets.every((secret) => secret.length > 3)).toBe(true);
    for (const secret of secrets) expect(all).not.toContain(secret);
    expect(all).not.toMatch(/@example|eyJ|\?/);
    expect(collector.requests[0]).toMatchObject({ path: '/v1/traces', type: 'application/x-protobuf' });
    expect(collector.requests[0]?.headers['api-key']).toBe('of-this-test');
  });

  it('that fails has its error in the span, and the same ID in the log', async () => {
    const client = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
    const answer = await client.call('POST', '/session/token', {});
    expect(answer.status).toBe(401);
    const traceId = answer.headers.get('x-request-id') ?? '';
    expect(linesOf(traceId)).toMatchObject([{ event: 'request', code: 'invalid_session' }]);
    await vi.waitFor(() =>
      expect(named(spansOf(traceId), 'POST /session/token')).toMatchObject([
        { parent: '', status: 0, attributes: { 'latchkey.error': 'invalid_session' } },
      ]),
    );
  });
});

describe('who sends a traceparent', () => {
  const ask = async (headers: Record<string, string>) => {
    const named = { traceId: newTraceId(), spanId: newSpanId() };
    const url = `${broker.origins.broker}/jwks`;
    const answer = await fetch(url, { headers: { traceparent: formatTraceparent(named, true), ...headers } });
    return { named, id: answer.headers.get('x-request-id') };
  };

  it('names the trace, if it is a program', async () => {
    const { named, id } = await ask({});
    expect(id).toBe(named.traceId);
  });

  it.each<Record<string, string>>([{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'https://evil.example' }])(
    'does not, if it is a page of another site: %j',
    async (headers) => {
      const { named, id } = await ask(headers);
      expect(id).not.toBe(named.traceId);
      expect(id).toMatch(/^[0-9a-f]{32}$/);
    },
  );

  it('is not joined with anything else it makes up', async () => {
    const { id } = await ask({ traceparent: '00-<script>-1-01' });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a collector that is away', () => {
  it('costs nobody anything, and is logged once a minute', async () => {
    collector.answer(400);
    const client = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
    await client.signIn();
    const failed = () => broker.logged.filter((line) => line.includes('"traces_not_sent"'));
    await vi.waitFor(() => expect(failed()).toHaveLength(1));
    await client.call('GET', '/session');
    expect(failed()).toHaveLength(1);
    collector.answer(200);
  });
});

describe('the packages of OpenTelemetry', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'latchkey-traces-'));
    initRing(join(dir, 'keys'), Date.now());
    await writeFile(join(dir, 'secret'), 'of-this-test-only');
    await writeFile(
      join(dir, 'latchkey.yaml'),
      `issuer: http://localhost:8787
listen: 127.0.0.1:0
admin_listen: 127.0.0.1:0
keys_file: ./keys
upstreams: { idp: { issuer: "http://127.0.0.1:1", client_id: x, client_secret_file: ./secret } }
resources: {}
`,
    );
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  /** Runs `latchkey serve` until it serves. @returns the packages of OpenTelemetry that it has loaded */
  async function loaded(env: Record<string, string>) {
    const record = join(dir, 'modules');
    await writeFile(record, '');
    const recorder = fileURLToPath(new URL('kit/record-modules.ts', import.meta.url));
    const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...rest } = process.env;
    const serve = ['--import', recorder, cliFile, 'serve', '--config', join(dir, 'latchkey.yaml')];
    const process_ = spawn(process.execPath, serve, {
      env: { ...rest, RECORD_MODULES: record, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    if (!process_.stdout) throw new Error('no output');
    createInterface(process_.stdout).on('line', (line) => lines.push(line));
    await vi.waitUntil(() => lines.some((line) => line.includes('"listening"')), { timeout: 60_000 });
    const ended = once(process_, 'exit');
    process_.kill('SIGTERM');
    await ended;
    const modules = await readFile(record, 'utf8');
    expect(modules).toContain('/hono/');
    return new Set([...modules.matchAll(/@opentelemetry\/([^/]+)/g)].map(([, name]) => name));
  }

  it('are not loaded while traces are off', async () => {
    // prom-client loads the API by itself, for exemplars. It does nothing without an SDK.
    expect([...(await loaded({}))].filter((name) => name !== 'api')).toEqual([]);
  });

  it('are loaded when a collector is named', async () => {
    expect(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })).toContain('sdk-trace');
  });
});
