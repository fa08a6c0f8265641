import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { noBranding } from '../../broker/config/branding.ts';
import type { Env } from '../../broker/env.ts';
import { language } from '../../broker/middleware/page-language.ts';
import { secureHeaders } from '../../broker/middleware/secure-headers.ts';
import { assets } from '../../broker/web/pages/assets.ts';
import { brandingCss } from '../../broker/web/pages/branding-css.ts';
import { sampleBranding, sampleImage, states } from './states.ts';

export interface Gallery {
  /** The URL of a state. @param tag language tag */
  url(state: string, tag?: string): string;
  close(): Promise<void>;
}

/** Serves every state of the broker's pages with the broker's headers, on a free loopback port. */
export async function openGallery(): Promise<Gallery> {
  const app = new Hono<Env>();
  app.use(secureHeaders('http://localhost'), language({ branding: noBranding }));
  for (const [name, { type, body }] of assets) {
    app.get(`/assets/${name}`, (c) => c.body(body, 200, { 'Content-Type': type }));
  }
  for (const path of ['/assets/logo', '/assets/providers/:name']) {
    app.get(path, (c) => c.body(sampleImage.body, 200, { 'Content-Type': sampleImage.type }));
  }
  app.get('/assets/branding.css', (c) =>
    c.body(brandingCss(sampleBranding.color), 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  );
  for (const [name, show] of states) {
    app.get(`/${name}`, (c) => {
      c.set('hasScript', /^(?:branded-)?(?:code|confirm|account)/.test(name));
      return c.html(show(c.get('language')));
    });
  }
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (state, tag = 'en') => `http://localhost:${port}/${state}?ui_locales=${tag}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
