import { known } from '../frameworks/known.ts';
import { lacking, type State, type Wanted } from '../frameworks/store.ts';
import { useShared } from './context.ts';

/**
 * A guard for `router.beforeEach` of vue-router 4.2 or later, or for `beforeEnter` of a route. It waits until the state is
 * known, and lets people pass who have the access. On a server, everyone passes, because nothing is known there.
 *
 * @param otherwise where to go instead. `true` lets pass all the same, `false` stays
 * @param wanted default: the plugin's resource and scopes
 * @throws {Error} in an app without the plugin
 * @example
 * router.beforeEach(accessGuard((to) => to.meta.public || { name: 'welcome', query: { next: to.fullPath } }));
 */
export const accessGuard =
  <To, Location>(
    otherwise: (to: To, state: Exclude<State, 'ready'>) => Location,
    wanted?: Wanted,
  ): ((to: To) => Promise<Location | true>) =>
  async (to) => {
    if (typeof document === 'undefined') return true;
    // The router calls its guards in the context of its app.
    const { store } = useShared();
    const state = lacking(await known(store), { ...store.defaults, ...wanted });
    return state === undefined || otherwise(to, state);
  };
