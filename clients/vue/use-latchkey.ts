import type { FetchInit } from '@latchkey/page';
import { computed, type Ref } from 'vue';
import type { Actions, Snapshot } from '../frameworks/store.ts';
import { type Shared, useShared } from './context.ts';

export interface UseLatchkey extends Actions {
  state: Readonly<Ref<Snapshot['state']>>;
  /** Who is signed in. Only sites that have some access learn it. */
  account: Readonly<Ref<Snapshot['account']>>;
  /** What this site has, and what it may ask for. */
  access: Readonly<Ref<Snapshot['access']>>;
  /** Why the state is `failed`, or why the last action failed. */
  error: Readonly<Ref<Snapshot['error']>>;
  /**
   * `fetch` with the access token. Waits for the connection, and repeats what is worth it: see `docs/clients/vue.md`.
   *
   * @throws {LatchkeyError} as `lk.fetch` of `@latchkey/page`, and `not_installed` or `unsupported`
   */
  fetch(input: RequestInfo | URL, init?: FetchInit): Promise<Response>;
}

export const viewOf = ({ store, snapshot }: Shared): UseLatchkey => {
  const part = <K extends keyof Snapshot>(key: K) => computed(() => snapshot.value[key]);
  return {
    state: part('state'),
    account: part('account'),
    access: part('access'),
    error: part('error'),
    ...store.actions,
    fetch: store.fetch,
  };
};

/**
 * The state of the person and of this site's access, and what changes it.
 *
 * @throws {Error} in an app without the plugin, and outside of `setup`
 * @example
 * const { state, account, signOut } = useLatchkey();
 */
export const useLatchkey = (): UseLatchkey => viewOf(useShared());
