import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span, SpanAttributes, SpanKind, Tracing } from './tracing.ts';

const spans = new AsyncLocalStorage<Span>();

/** The work that the caller is part of. Undefined outside of requests, as in the collector of expired rows. */
export const currentSpan = (): Span | undefined => spans.getStore();

/** Runs `work` as part of a span. */
export const withinSpan = <T>(span: Span, work: () => T): T => spans.run(span, work);

/** Runs `work` in a span of its own, under the current one. The span fails if `work` does. */
export async function inSpan<T>(
  tracing: Pick<Tracing, 'start'>,
  { name, kind, attributes }: { name: string; kind: SpanKind; attributes: SpanAttributes },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracing.start(name, kind, currentSpan());
  span.set(attributes);
  try {
    const result = await withinSpan(span, () => work(span));
    span.end();
    return result;
  } catch (error) {
    span.end(nameOf(error));
    throw error;
  }
}

/** An error's code or name. Its message may quote what was sent. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
