import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** A span as it arrived. IDs are hexadecimal; `parent` is empty for a root. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parent: string;
  name: string;
  /** 2: server, 3: client. */
  kind: number;
  attributes: Record<string, string | number | boolean>;
  /** 2: error. */
  status: number;
  /** Of the program that sent it. */
  resource: Record<string, string | number | boolean>;
}

/**
 * A collector of its own: takes `POST /v1/traces` as protobuf (OTLP/HTTP), and decodes it by the numbers of
 * opentelemetry-proto, without the code that encoded it.
 */
export async function startOtlpReceiver() {
  const spans: ReceivedSpan[] = [];
  const requests: { path: string; type: string; headers: Record<string, unknown> }[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    requests.push({
      path: request.url ?? '',
      type: request.headers['content-type'] ?? '',
      headers: { ...request.headers },
    });
    if (status === 200)
      spans.push(...decodeTraces(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
    response.writeHead(status, { 'Content-Type': 'application/x-protobuf' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    /** Answers with this status from now on. */
    answer(next: number) {
      status = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Field = { field: number; bytes: Buffer } | { field: number; value: bigint } | { field: number; double: number };

/** The fields of a message, by the wire format of Protocol Buffers. */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const field = tag >> 3;
    switch (tag & 7) {
      case 0:
        yield { field, value: varint() };
        break;
      case 1:
        yield { field, double: message.readDoubleLE(at) };
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        yield { field, bytes: message.subarray(at, at + length) };
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`wire type ${tag & 7}`);
    }
  }
}

const messages = (message: Buffer, field: number): Buffer[] =>
  [...fieldsOf(message)].flatMap((each) => (each.field === field && 'bytes' in each ? [each.bytes] : []));
const text = (message: Buffer, field: number) => messages(message, field)[0]?.toString() ?? '';
const hex = (message: Buffer, field: number) => messages(message, field)[0]?.toString('hex') ?? '';
const number = (message: Buffer, field: number) =>
  Number(
    [...fieldsOf(message)].flatMap((each) => (each.field === field && 'value' in each ? [each.value] : []))[0] ?? 0,
  );

/** `AnyValue`: a string, a boolean, an integer or a double. */
function anyValue(message: Buffer): string | number | boolean {
  for (const each of fieldsOf(message)) {
    if ('bytes' in each) return each.bytes.toString();
    if ('double' in each) return each.double;
    return each.field === 2 ? each.value === 1n : Number(each.value);
  }
  return '';
}

const attributesOf = (message: Buffer, field: number) =>
  Object.fromEntries(
    messages(message, field).map((pair) => [text(pair, 1), anyValue(messages(pair, 2)[0] ?? Buffer.alloc(0))]),
  );

/** `ExportTraceServiceRequest`: resource spans, their scopes, their spans. */
const decodeTraces = (body: Buffer): ReceivedSpan[] =>
  messages(body, 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? Buffer.alloc(0), 1);
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => ({
        traceId: hex(span, 1),
        spanId: hex(span, 2),
        parent: hex(span, 4),
        name: text(span, 5),
        kind: number(span, 6),
        attributes: attributesOf(span, 9),
        status: number(messages(span, 15)[0] ?? Buffer.alloc(0), 3),
        resource,
      }));
  });
