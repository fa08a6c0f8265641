// @vitest-environment happy-dom
import '@angular/compiler';
import { provideLocationMocks } from '@angular/common/testing';
import { inject } from '@angular/core';
import { provideRouter, Router, RouterOutlet, type Routes } from '@angular/router';
import { expect, it } from 'vitest';
import { api, endEachTest, everything, fake, read } from '../frameworks/testing/stand.ts';
import { accessGuard } from './router.ts';
import { component, show } from './testing/apps.ts';

endEachTest();

const Root = component('<router-outlet />', [RouterOutlet]);

async function routed(wanted?: { scopes: string[] }) {
  const states: string[] = [];
  const guard = accessGuard((_route, { url }, state) => {
    states.push(state);
    return inject(Router).createUrlTree(['/welcome'], { queryParams: { next: url } });
  }, wanted);
  const routes: Routes = [
    { path: '', children: [] },
    { path: 'orders', component: component('orders'), canActivate: [guard] },
    { path: 'welcome', component: component('welcome') },
  ];
  const { place, within } = await show(Root, {}, [provideRouter(routes), provideLocationMocks()]);
  const router = within(() => inject(Router));
  const go = async (url: string) => {
    await router.navigateByUrl(url);
    return router.url;
  };
  return { go, place, states };
}

it('waits until the state is known, and lets pass who has the access', async () => {
  fake(everything);
  const { go, place, states } = await routed();
  expect(await go('/orders')).toBe('/orders');
  await expect.poll(() => place.textContent).toBe('orders');
  expect(states).toEqual([]);
});

it('sends others elsewhere, with the state that they are in, until they have it', async () => {
  const stand = fake();
  const { go, states } = await routed();
  expect(await go('/orders')).toBe('/welcome?next=%2Forders');
  expect(states).toEqual(['signed_out']);
  stand.signIn();
  stand.grant(api, read);
  await expect.poll(() => go('/orders')).toBe('/orders');
});

it('can ask for more than the provider names', async () => {
  fake(everything);
  const { go, states } = await routed({ scopes: ['orders:write'] });
  expect(await go('/orders')).toBe('/welcome?next=%2Forders');
  expect(states).toEqual(['not_connected']);
});
