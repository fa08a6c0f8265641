import type { FetchInit } from '@latchkey/page';
import type { Actions, Snapshot } from '../frameworks/store.ts';
import { useShared } from './context.ts';

export interface UseLatchkey extends Snapshot, Actions {
  /**
   * `fetch` with the access token. Waits for the connection, and repeats what is worth it: see `docs/clients/react.md`.
   *
   * @throws {LatchkeyError} as `lk.fetch` of `@latchkey/page`, and `not_installed` or `unsupported`
   */
  fetch(input: RequestInfo | URL, init?: FetchInit): Promise<Response>;
}

/**
 * The state of the person and of this site's access, and what changes it. All functions stay the same between renders.
 *
 * @throws {Error} outside of a `LatchkeyProvider`
 * @example
 * const { state, account, signOut } = useLatchkey();
 */
export function useLatchkey(): UseLatchkey {
  const { store, snapshot } = useShared();
  return { ...snapshot, ...store.actions, fetch: store.fetch };
}
