import {
  computed,
  getCurrentInstance,
  hasInjectionContext,
  type InjectionKey,
  inject,
  type MaybeRefOrGetter,
  onMounted,
  type Ref,
  shallowRef,
} from 'vue';
import { type Snapshot, type Store, unknown } from '../frameworks/store.ts';
import type { Language } from '../frameworks/texts.ts';

export interface Shared {
  store: Store;
  snapshot: Readonly<Ref<Snapshot>>;
  language: MaybeRefOrGetter<Language | undefined>;
  installUrl: string | undefined;
}

/** The same in each entry of this package. */
export const key: InjectionKey<Shared> = Symbol.for('@latchkey/vue');

/** @throws {Error} in an app without the plugin, and outside of `setup` */
export function useShared(): Shared {
  const shared = hasInjectionContext() ? inject(key, undefined) : undefined;
  if (!shared) throw new Error('Call app.use(latchkey({ … })) first.');
  // A component that takes over HTML of a server has its element already. It first renders what the server knew: nothing.
  if (!getCurrentInstance()?.vnode.el) return shared;
  const mounted = shallowRef(false);
  onMounted(() => {
    mounted.value = true;
  });
  return { ...shared, snapshot: computed(() => (mounted.value ? shared.snapshot.value : unknown)) };
}
