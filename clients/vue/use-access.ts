import { computed, type MaybeRefOrGetter, type Ref, toValue } from 'vue';
import { isGranted, type Wanted } from '../frameworks/store.ts';
import { useShared } from './context.ts';

/**
 * Whether this site has some access, and a function that asks the person for it. Asks for nothing by itself.
 *
 * @param wanted default: the plugin's resource and scopes
 * @returns `request` is for click handlers and never rejects; see `error` of `useLatchkey`
 * @throws {Error} in an app without the plugin, and outside of `setup`
 * @example
 * const { granted, request } = useAccess({ scopes: ['orders:write'] });
 */
export function useAccess(wanted: MaybeRefOrGetter<Wanted> = {}): {
  granted: Readonly<Ref<boolean>>;
  request: () => Promise<void>;
} {
  const { store, snapshot } = useShared();
  return {
    granted: computed(() => isGranted(snapshot.value.access, { ...store.defaults, ...toValue(wanted) })),
    request: () => store.request(toValue(wanted)),
  };
}
