import { isPlatformBrowser } from '@angular/common';
import { DestroyRef, type FactoryProvider, inject, NgZone, PLATFORM_ID, signal } from '@angular/core';
import type { AppOptions } from '../frameworks/app-options.ts';
import { createStore } from '../frameworks/store.ts';
import type { Language } from '../frameworks/texts.ts';
import { LATCHKEY, type Shared } from './context.ts';

export interface LatchkeyOptions extends Omit<AppOptions, 'language'> {
  /** The language of the ready-made prompts, or a signal of it. Default: the document's, else the browser's, else English. */
  language?: Language | (() => Language | undefined) | undefined;
}

/**
 * Connects an app to the extension, or a part of it: for `providers` of the app, of a route or of a component. It connects
 * when something first asks for it. The options other than `language` and `installUrl` are the defaults of every call. Apps of
 * one document share a channel and its tokens.
 *
 * On a server the state is `loading`, and nothing connects.
 *
 * @example
 * bootstrapApplication(App, {
 *   providers: [provideLatchkey({ resource: 'https://api.example.com', scopes: ['orders:read'] })],
 * });
 */
export const provideLatchkey = ({ language, installUrl, ...defaults }: LatchkeyOptions): FactoryProvider => ({
  provide: LATCHKEY,
  useFactory: (): Shared => {
    const store = createStore(defaults);
    const snapshot = signal(store.snapshot());
    store.subscribe(() => snapshot.set(store.snapshot()));
    // Timers and messages of the store are nothing that an app with zone.js should wait for.
    if (isPlatformBrowser(inject(PLATFORM_ID)))
      inject(DestroyRef).onDestroy(inject(NgZone).runOutsideAngular(store.start));
    return { store, snapshot, language, installUrl };
  },
});
