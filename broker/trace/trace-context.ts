import { randomBytes } from 'node:crypto';

/** Names a span within its trace (W3C Trace Context §3.2). */
export interface TraceContext {
  /** 32 hexadecimal digits. Also the request's ID. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
}

export const newTraceId = (): string => randomHex(16);
export const newSpanId = (): string => randomHex(8);

/** Drawn ahead for some hundred IDs, because a call of the generator costs more than the bytes. */
let drawn = Buffer.alloc(0);

function randomHex(bytes: number): string {
  if (drawn.length < bytes) drawn = randomBytes(4_096);
  const taken = drawn.toString('hex', 0, bytes);
  drawn = drawn.subarray(bytes);
  return taken;
}

const form = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/**
 * Parses a `traceparent` header.
 *
 * @returns undefined if it is absent or invalid; then a new trace begins (§4.3)
 */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const [, version, traceId, spanId, more] = form.exec(header?.slice(0, 256) ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId };
}

export const formatTraceparent = ({ traceId, spanId }: TraceContext, isSampled: boolean): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
