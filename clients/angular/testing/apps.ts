// Outside of a build by Angular's compiler, Angular compiles when it runs.
import '@angular/compiler';
import {
  type ApplicationRef,
  Component,
  type EnvironmentProviders,
  NgZone,
  type Provider,
  runInInjectionContext,
  type Type,
} from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { vi } from 'vitest';
import { api, cleanups, read } from '../../frameworks/testing/stand.ts';
import { type LatchkeyOptions, provideLatchkey } from '../index.ts';

// That it runs in development mode.
vi.spyOn(console, 'log').mockImplementation(() => undefined);

let components = 0;

/**
 * A component, without the syntax of decorators.
 *
 * @param members the class. Default: an empty one
 * @param selector default: one that no other component has
 */
export function component(
  template: string,
  imports: Type<unknown>[] = [],
  members: Type<unknown> = class {},
  selector?: string,
): Type<unknown> {
  components += 1;
  return Component({ selector: selector ?? `app-part-${components}`, template, imports })(members);
}

export interface Running {
  place: HTMLElement;
  app: ApplicationRef;
  /** Runs in the context of the app. */
  within<T>(act: () => T): T;
  unmount(): void;
}

type Providers = (Provider | EnvironmentProviders)[];

/** Starts an app in a place of its own. */
export async function start(root: Type<unknown>, providers: Providers): Promise<Running> {
  const place = document.body.appendChild(document.createElement('div'));
  const app = await createApplication({ providers });
  // As `bootstrapApplication` does it.
  app.injector.get(NgZone).run(() => app.bootstrap(root, place));
  const unmount = () => {
    if (!app.destroyed) app.destroy();
  };
  cleanups.push(() => {
    unmount();
    place.remove();
  });
  return { place, app, within: (act) => runInInjectionContext(app.injector, act), unmount };
}

/** An app with the provider and this root. */
export const show = (
  root: Type<unknown>,
  more?: Partial<LatchkeyOptions>,
  providers: Providers = [],
): Promise<Running> => start(root, [provideLatchkey({ resource: api, scopes: read, ...more }), ...providers]);
