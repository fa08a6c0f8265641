// @vitest-environment happy-dom
import 'zone.js';
import '@angular/compiler';
import { HttpBackend, HttpClient, HttpResponse, provideHttpClient, withInterceptors } from '@angular/common/http';
import { inject, NgZone, provideZoneChangeDetection } from '@angular/core';
import { of } from 'rxjs';
import { expect, it, vi } from 'vitest';
import { latchkeyInterceptor } from './http.ts';
import { injectLatchkey } from './index.ts';
import { api, component, endEachTest, everything, fake, show } from './testing/apps.ts';
import { injectToken } from './token.ts';

endEachTest();

/** Waits. The promises of `expect.poll` reject on their way, and zone.js reports each. */
const seen = (what: () => unknown) => vi.waitUntil(what, { timeout: 15_000, interval: 5 });

const backend = { handle: () => of(new HttpResponse({ status: 200, body: 'orders' })) };
const providers = [
  provideZoneChangeDetection(),
  provideHttpClient(withInterceptors([latchkeyInterceptor])),
  { provide: HttpBackend, useValue: backend },
];

it('an answer of the API arrives inside the zone where the request began, and only there', async () => {
  fake(everything);
  const { within } = await show(component(''), {}, providers);
  const [zone, http] = within(() => [inject(NgZone), inject(HttpClient)]);
  const places: Record<string, boolean> = {};
  const request = (name: string) => () =>
    http.get(`${api}/orders`).subscribe(() => {
      places[name] = NgZone.isInAngularZone();
    });
  zone.run(request('inside'));
  zone.runOutsideAngular(request('outside'));
  await seen(() => Object.keys(places).length === 2);
  expect(places).toEqual({ inside: true, outside: false });
});

it('follows the state, and is stable while the provider waits to look again', async () => {
  const stand = fake(everything);
  stand.fail('session.get', { code: 'offline', retry_after_ms: 60_000 });
  const State = component(
    '{{ lk.state() }}',
    [],
    class {
      readonly lk = injectLatchkey();
    },
  );
  const { place, app } = await show(State, {}, providers);
  await seen(() => place.textContent === 'failed');
  await app.whenStable();
});

it('is stable while a token waits to be renewed', async () => {
  fake(everything);
  const Socket = component(
    '{{ held.token()?.token }}',
    [],
    class {
      readonly held = injectToken();
    },
  );
  const { place, app } = await show(Socket, {}, providers);
  await seen(() => place.textContent?.endsWith('of-ada'));
  await app.whenStable();
});
