// @vitest-environment happy-dom
import 'zone.js';
import '@angular/compiler';
import {
  HttpBackend,
  HttpClient,
  type HttpEvent,
  HttpEventType,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
} from '@angular/common/http';
import { inject, NgZone, provideZoneChangeDetection } from '@angular/core';
import { from } from 'rxjs';
import { expect, it, vi } from 'vitest';
import { api, endEachTest, everything, fake } from '../frameworks/testing/stand.ts';
import { latchkeyInterceptor } from './http.ts';
import { injectLatchkey } from './index.ts';
import { component, show } from './testing/apps.ts';
import { injectToken } from './token.ts';

endEachTest();

/** Waits. The promises of `expect.poll` reject on their way, and zone.js reports each. */
const seen = (what: () => unknown) => vi.waitUntil(what, { timeout: 15_000, interval: 5 });

const events: HttpEvent<unknown>[] = [{ type: HttpEventType.Sent }, new HttpResponse({ status: 200, body: 'orders' })];
const backend = { handle: () => from(events) };
const providers = [
  provideZoneChangeDetection(),
  provideHttpClient(withInterceptors([latchkeyInterceptor])),
  { provide: HttpBackend, useValue: backend },
];

it('progress and answer of a request arrive inside the zone, if it began there', async () => {
  fake(everything);
  const { within } = await show(component(''), {}, providers);
  const [zone, http] = within(() => [inject(NgZone), inject(HttpClient)]);
  const places: Record<string, boolean[]> = { inside: [], outside: [] };
  const request = (name: string) => () =>
    http.get(`${api}/orders`, { observe: 'events' }).subscribe(() => places[name]?.push(NgZone.isInAngularZone()));
  zone.run(request('inside'));
  zone.runOutsideAngular(request('outside'));
  await seen(() => places.inside?.length === 2 && places.outside?.length === 2);
  expect(places).toEqual({ inside: [true, true], outside: [false, false] });
});

const State = component(
  '{{ lk.state() }}',
  [],
  class {
    readonly lk = injectLatchkey();
  },
);

it('keeps no app from being stable while it looks for the extension', async () => {
  fake({ installed: false });
  const { within } = await show(State, {}, providers);
  expect(within(() => inject(NgZone).hasPendingMacrotasks)).toBe(false);
});

it('follows the state, and is stable while the provider waits to look again', async () => {
  const stand = fake(everything);
  stand.fail('session.get', { code: 'offline', retry_after_ms: 60_000 });
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
