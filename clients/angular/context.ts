import { InjectionToken, type Signal } from '@angular/core';
import type { Snapshot, Store } from '../frameworks/store.ts';
import type { Language } from '../frameworks/texts.ts';

/** @internal */
export interface Shared {
  store: Store;
  snapshot: Signal<Snapshot>;
  language: Language | (() => Language | undefined) | undefined;
  installUrl: string | undefined;
}

/**
 * What `provideLatchkey` provides. The package's other entries import it by the package's name, because Angular compares
 * tokens by identity. Its text is what Angular says where it is missing: “No provider found for …”.
 *
 * @internal
 */
export const LATCHKEY: InjectionToken<Shared> = new InjectionToken<Shared>('provideLatchkey');
