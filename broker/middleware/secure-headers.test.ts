import { Hono } from 'hono';
import { expect, it } from 'vitest';
import type { Env } from '../env.ts';
import { secureHeaders } from './secure-headers.ts';

const app = new Hono<Env>();
app.use(secureHeaders('https://login.example.com'));
app.get('/plain', (c) => c.text('plain'));
app.get('/scripted', (c) => {
  c.set('hasScript', true);
  return c.text('scripted');
});

const policyOf = async (path: string) => (await app.request(path)).headers.get('Content-Security-Policy');

it('allows our own script where a page has one, and none anywhere else', async () => {
  expect(await policyOf('/scripted')).toContain("default-src 'none'; script-src 'self';");
  expect(await policyOf('/plain')).toContain("default-src 'none'");
  expect(await policyOf('/plain')).not.toContain('script-src');
  expect(await policyOf('/nowhere')).not.toContain('script-src');
});
