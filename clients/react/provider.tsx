/** @jsxImportSource react */
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { AppOptions } from '../frameworks/app-options.ts';
import { createStore, unknown } from '../frameworks/store.ts';
import { Context } from './context.ts';

export interface LatchkeyProviderProps extends AppOptions {
  children?: ReactNode;
}

/**
 * Connects everything below it to the extension. Its properties other than `language` and `installUrl` are the defaults
 * of every call. Providers of one document share a channel and its tokens.
 *
 * On a server it renders the state `loading` and connects to nothing.
 *
 * @example
 * <LatchkeyProvider resource="https://api.example.com" scopes={['orders:read']}>
 *   <App />
 * </LatchkeyProvider>
 */
export function LatchkeyProvider({ children, language, installUrl, ...defaults }: LatchkeyProviderProps): ReactNode {
  // Callers write `scopes` as a literal, which is another array at each render.
  const key = JSON.stringify(defaults);
  const store = useMemo(() => createStore(JSON.parse(key)), [key]);
  useEffect(() => store.start(), [store]);
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot, () => unknown);
  const shared = useMemo(() => ({ store, snapshot, language, installUrl }), [store, snapshot, language, installUrl]);
  return <Context.Provider value={shared}>{children}</Context.Provider>;
}
