import { randomBytes } from 'node:crypto';

/** Names a span within its trace (W3C Trace Context §3.2). */
export interface TraceContext {
  /** 32 hexadecimal digits. Also the request's ID. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
}

export const newTraceId = (): string => randomBytes(16).toString('hex');
export const newSpanId = (): string => randomBytes(8).toString('hex');

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
