import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { noBranding } from '../config/branding.ts';
import type { Env } from '../env.ts';
import { language } from './page-language.ts';

const app = new Hono<Env>();
app.use(language({ branding: noBranding }));
app.get('/', (c) => c.text(c.get('language').tag));

const ask = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });

it('asks ui_locales, then what it said last time, then the browser, and speaks English to the rest', async () => {
  expect(await (await ask('/')).text()).toBe('en');
  expect(await (await ask('/', { 'Accept-Language': 'fr, es;q=0.5' })).text()).toBe('es');
  const wished = await ask('/?ui_locales=fr%20ar%20de', { 'Accept-Language': 'es' });
  expect(await wished.text()).toBe('ar');
  const [cookie = ''] = wished.headers.getSetCookie();
  expect(cookie).toMatch(/^__Host-lk-language=ar; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  expect(await (await ask('/', { cookie: cookie.split(';', 1).join(), 'Accept-Language': 'es' })).text()).toBe('ar');
});

it('remembers nothing that was not wished, and reads no other cookie', async () => {
  expect((await ask('/', { 'Accept-Language': 'de' })).headers.getSetCookie()).toEqual([]);
  expect((await ask('/?ui_locales=xx')).headers.getSetCookie()).toEqual([]);
  expect(await (await ask('/', { cookie: '__Host-lk-language=%3Cscript%3E' })).text()).toBe('en');
});
