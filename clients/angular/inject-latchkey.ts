import { computed, inject, type Signal } from '@angular/core';
import type { FetchInit } from '@latchkey/page';
import type { Actions, Snapshot } from '../frameworks/store.ts';
import { LATCHKEY } from './context.ts';

/** What is known of the person and of this site's access, and what changes it. */
export interface InjectedLatchkey extends Actions {
  state: Signal<Snapshot['state']>;
  /** Who is signed in. Only sites that have some access learn it. */
  account: Signal<Snapshot['account']>;
  /** What this site has, and what it may ask for. */
  access: Signal<Snapshot['access']>;
  /** Why the state is `failed`, or why the last action failed. */
  error: Signal<Snapshot['error']>;
  /**
   * `fetch` with the access token. Waits for the connection, and repeats what is worth it: see `docs/clients/angular.md`.
   *
   * @throws {LatchkeyError} as `lk.fetch` of `@latchkey/page`, and `not_installed` or `unsupported`
   */
  fetch(input: RequestInfo | URL, init?: FetchInit): Promise<Response>;
}

/**
 * The state of the person and of this site's access, and what changes it.
 *
 * @throws {Error} without `provideLatchkey`, and outside of an injection context
 * @example
 * readonly latchkey = injectLatchkey();
 */
export function injectLatchkey(): InjectedLatchkey {
  const { store, snapshot } = inject(LATCHKEY);
  const part = <K extends keyof Snapshot>(key: K) => computed(() => snapshot()[key]);
  return {
    state: part('state'),
    account: part('account'),
    access: part('access'),
    error: part('error'),
    ...store.actions,
    fetch: store.fetch,
  };
}
