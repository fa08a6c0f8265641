import { computed, inject, type Signal } from '@angular/core';
import { isGranted, type Wanted } from '../frameworks/store.ts';
import { LATCHKEY } from './context.ts';

/**
 * Whether this site has some access, and a function that asks the person for it. Asks for nothing by itself.
 *
 * @param wanted or a signal of it. Default: the provider's resource and scopes
 * @returns `request` is for click handlers and never rejects; see `error` of `injectLatchkey`
 * @throws {Error} without `provideLatchkey`, and outside of an injection context
 * @example
 * readonly changes = injectAccess({ scopes: ['orders:write'] });
 */
export function injectAccess(wanted: Wanted | (() => Wanted) = {}): {
  granted: Signal<boolean>;
  request: () => Promise<void>;
} {
  const { store, snapshot } = inject(LATCHKEY);
  const now = () => (typeof wanted === 'function' ? wanted() : wanted);
  return {
    granted: computed(() => isGranted(snapshot().access, { ...store.defaults, ...now() })),
    request: () => store.request(now()),
  };
}
