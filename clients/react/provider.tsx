/** @jsxImportSource react */
import type { TokenOptions } from '@latchkey/page';
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import { Context } from './context.ts';
import { createStore, unknown } from './store.ts';
import type { Language } from './texts.ts';

export interface LatchkeyProviderProps extends Pick<TokenOptions, 'minTtl' | 'profile' | 'acrValues' | 'maxAge'> {
  /** The API, as named in the broker's configuration. */
  resource: string;
  /** What the page needs at least, to be of use. Ask for more where it is needed, with `useAccess`. */
  scopes: readonly string[];
  /** The language of the ready-made prompts. Default: the document's, else the browser's, else English. */
  language?: Language | undefined;
  /** Where people get the extension. Without it, the prompt has no link. */
  installUrl?: string | undefined;
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
