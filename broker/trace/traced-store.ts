import type { Store } from '../store/store.ts';
import { currentSpan, inSpan } from './current-span.ts';
import type { Tracing } from './tracing.ts';

/** Not a query: it returns at once. */
const notTraced = new Set<string>(['onRevocation'] satisfies (keyof Store)[]);

/**
 * Wraps a store so that each of its methods is a span of the request that calls it. The span has the method's name, and
 * nothing of what is stored.
 *
 * @returns the same store if tracing is off
 */
export function tracedStore(store: Store, tracing: Tracing, url: string): Store {
  if (!tracing.isOn) return store;
  const system = url.startsWith('sqlite:') ? 'sqlite' : 'postgresql';
  const methods = Object.entries(store).map(([name, method]) => [
    name,
    notTraced.has(name) ? method : traced(name, method),
  ]);
  return Object.fromEntries(methods);

  function traced(name: string, method: (...args: unknown[]) => Promise<unknown>) {
    const span = {
      name: `store ${name}`,
      kind: 'client',
      attributes: { 'db.system.name': system, 'db.operation.name': name },
    } as const;
    return (...args: unknown[]) =>
      currentSpan()?.isSampled ? inSpan(tracing, span, () => method(...args)) : method(...args);
  }
}
