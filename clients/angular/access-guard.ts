import { isPlatformBrowser } from '@angular/common';
import { EnvironmentInjector, inject, PLATFORM_ID, runInInjectionContext } from '@angular/core';
import type { ActivatedRouteSnapshot, CanActivateFn, GuardResult, RouterStateSnapshot } from '@angular/router';
import { LATCHKEY } from '@latchkey/angular';
import { known } from '../frameworks/known.ts';
import { lacking, type State, type Wanted } from '../frameworks/store.ts';

/**
 * A guard for `canActivate` or `canActivateChild` of a route. It waits until the state is known, and lets people pass who have
 * the access. On a server, everyone passes, because nothing is known there.
 *
 * @param otherwise where to go instead. `true` lets pass all the same, `false` stays. It may call `inject`
 * @param wanted default: the provider's resource and scopes
 * @throws {Error} without `provideLatchkey`
 * @example
 * const guard = accessGuard((_route, { url }) => inject(Router).createUrlTree(['/welcome'], { queryParams: { next: url } }));
 * const routes: Routes = [{ path: 'orders', component: Orders, canActivate: [guard] }];
 */
export const accessGuard =
  (
    otherwise: (
      route: ActivatedRouteSnapshot,
      target: RouterStateSnapshot,
      state: Exclude<State, 'ready'>,
    ) => GuardResult | Promise<GuardResult>,
    wanted?: Wanted,
  ): CanActivateFn =>
  async (route, target) => {
    if (!isPlatformBrowser(inject(PLATFORM_ID))) return true;
    // The router calls its guards in an injection context, which ends with the first wait.
    const { store } = inject(LATCHKEY);
    const injector = inject(EnvironmentInjector);
    const state = lacking(await known(store), { ...store.defaults, ...wanted });
    return state === undefined || runInInjectionContext(injector, () => otherwise(route, target, state));
  };
