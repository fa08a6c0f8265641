import { isGranted, type Wanted } from '../frameworks/store.ts';
import { useShared } from './context.ts';

/**
 * Whether this site has some access, and a function that asks the person for it. Asks for nothing by itself.
 *
 * @param wanted default: the provider's resource and scopes
 * @returns `request` is for click handlers and never rejects; see `error` of `useLatchkey`
 * @throws {Error} outside of a `LatchkeyProvider`
 * @example
 * const orders = useAccess({ scopes: ['orders:write'] });
 * return orders.granted ? <OrderForm /> : <button onClick={orders.request}>Allow changes</button>;
 */
export function useAccess(wanted: Wanted = {}): { granted: boolean; request: () => Promise<void> } {
  const { store, snapshot } = useShared();
  return {
    granted: isGranted(snapshot.access, { ...store.defaults, ...wanted }),
    request: () => store.request(wanted),
  };
}
