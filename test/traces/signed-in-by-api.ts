import { createStore } from '../../broker/store/open.ts';
import { formatTraceparent, newSpanId, newTraceId } from '../../broker/trace/trace-context.ts';
import { startBrokerAndIdp } from '../e2e/kit/broker.ts';
import { startOtlpReceiver } from '../e2e/kit/otlp-receiver.ts';
import { createSessionClient } from '../e2e/kit/session-client.ts';
import type { Traced } from './traced.ts';

/** A sign-in by the requests that the extension would send, for machines without a browser. */
export async function signedInByApi(): Promise<Traced> {
  const collector = await startOtlpReceiver();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint;
  const broker = await startBrokerAndIdp(undefined, {}, undefined, { env: process.env, version: 'this' });
  const { origins } = broker;
  const id = newTraceId();
  const client = await createSessionClient(origins.broker, undefined, origins.idp);
  client.headers.traceparent = formatTraceparent({ traceId: id, spanId: newSpanId() }, false);
  await client.signIn();
  await client.call('POST', '/session/token', { origin: origins.notes, resource: origins.api, scope: 'orders:read' });
  const store = await createStore(broker.storeUrl, { now: Date.now });
  const audit = await store.auditAfter(0, 100);
  await store.close();
  const [log, provider] = [
    [...broker.logged],
    broker.seenByIdp.map((seen) => ({ ...seen, traceparent: String(seen.traceparent) })),
  ];
  // Sends the spans that are left.
  await broker.close();
  await collector.close();
  return { id, page: [], extension: [], log, spans: collector.spans, provider, audit };
}
