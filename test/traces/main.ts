import { createStore } from '../../broker/store/open.ts';
import { formatTraceparent, newSpanId, newTraceId } from '../../broker/trace/trace-context.ts';
import { startBrokerAndIdp } from '../e2e/kit/broker.ts';
import { startOtlpReceiver } from '../e2e/kit/otlp-receiver.ts';
import { createSessionClient } from '../e2e/kit/session-client.ts';

/** `npm run trace`: prints one sign-in by its one ID: responses, log, spans, what the provider got, and audit log. */
const collector = await startOtlpReceiver();
process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
const broker = await startBrokerAndIdp(undefined, {}, undefined, { env: process.env, version: 'this' });
const { origins } = broker;
const traceId = newTraceId();
const client = await createSessionClient(origins.broker, undefined, origins.idp);
client.headers.traceparent = formatTraceparent({ traceId, spanId: newSpanId() }, false);
await client.signIn();
await client.call('POST', '/session/token', { origin: origins.notes, resource: origins.api, scope: 'orders:read' });
const store = await createStore(broker.storeUrl, { now: Date.now });
const entries = (await store.auditAfter(0, 100)).filter(({ detail }) => detail.request_id === traceId);
await store.close();
const [logged, seen] = [[...broker.logged], [...broker.seenByIdp]];
// Sends the spans that are left.
await broker.close();
await collector.close();

const spans = collector.spans.filter((span) => span.traceId === traceId);
const tree = (parent: string, depth: string): string[] =>
  spans
    .filter((span) => span.parent === parent)
    .flatMap((span) => [
      `${depth}${span.name} ${span.attributes['http.response.status_code'] ?? ''}`,
      ...tree(span.spanId, `${depth}  `),
    ]);
const known = new Set(spans.map(({ spanId }) => spanId));
const roots = new Set(spans.map(({ parent }) => parent).filter((parent) => !known.has(parent)));
const show = (title: string, lines: string[]) =>
  console.log(`\n${title}\n${lines.map((line) => `  ${line.trimEnd()}`).join('\n')}`);

console.log(`trace ${traceId}`);
show(
  'log',
  logged.filter((line) => line.includes(traceId)).map((line) => line.trim()),
);
show(
  'spans',
  [...roots].flatMap((root) => tree(root, '')),
);
show(
  'the provider got',
  seen
    .filter(({ traceparent }) => String(traceparent).includes(traceId))
    .map(({ url, traceparent }) => `${url} ${traceparent}`),
);
show(
  'audit log',
  entries.map(({ type, detail }) => `${type} request_id=${detail.request_id} sign_in=${detail.sign_in}`),
);
if (spans.length === 0 || entries.length === 0) process.exitCode = 1;
