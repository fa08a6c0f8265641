import { type App, type MaybeRefOrGetter, shallowRef } from 'vue';
import type { AppOptions } from '../frameworks/app-options.ts';
import { createStore } from '../frameworks/store.ts';
import type { Language } from '../frameworks/texts.ts';
import { key, type Shared } from './context.ts';
import { type UseLatchkey, viewOf } from './use-latchkey.ts';

export interface LatchkeyOptions extends Omit<AppOptions, 'language'> {
  /** The language of the ready-made prompts. Default: the document's, else the browser's, else English. */
  language?: MaybeRefOrGetter<Language | undefined>;
}

/** For `app.use`. What `useLatchkey` has in components, it has everywhere else: in a store, in a module with API calls. */
export interface LatchkeyPlugin extends UseLatchkey {
  install(app: App): void;
}

/**
 * Connects an app to the extension. Its options other than `language` and `installUrl` are the defaults of every call. Apps
 * of one document share a channel and its tokens.
 *
 * On a server the state is `loading`, and nothing connects.
 *
 * @example
 * createApp(Orders)
 *   .use(latchkey({ resource: 'https://api.example.com', scopes: ['orders:read'] }))
 *   .mount('#app');
 */
export function latchkey({ language, installUrl, ...defaults }: LatchkeyOptions): LatchkeyPlugin {
  const store = createStore(defaults);
  const snapshot = shallowRef(store.snapshot());
  store.subscribe(() => {
    snapshot.value = store.snapshot();
  });
  const shared: Shared = { store, snapshot, language, installUrl };
  return {
    ...viewOf(shared),
    install(app) {
      app.provide(key, shared);
      if (typeof document !== 'undefined') app.onUnmount(store.start());
    },
  };
}
