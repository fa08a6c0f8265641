import { createContext, useContext } from 'react';
import type { Snapshot, Store } from '../frameworks/store.ts';
import type { Language } from '../frameworks/texts.ts';

export interface Shared {
  store: Store;
  snapshot: Snapshot;
  language: Language | undefined;
  installUrl: string | undefined;
}

export const Context = createContext<Shared | undefined>(undefined);

/** @throws {Error} outside of a provider */
export function useShared(): Shared {
  const shared = useContext(Context);
  if (!shared) throw new Error('Wrap this component in <LatchkeyProvider>.');
  return shared;
}
