import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { html, raw } from 'hono/html';

/** What a site shows and asks for. */
export interface Site {
  name: string;
  /** One sentence below the name. */
  motto: string;
  /** The API's base URL, which is also the resource's name. */
  api: string;
  /** The scopes that "Connect" asks for. */
  scopes: readonly string[];
  /** Whether the site has a button that changes something. */
  mayOrder: boolean;
  accent: 'plum' | 'teal';
}

const noInline = (api: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src ${api}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** A site of the demo: static files with a strict policy and no session. `script` is its bundle. */
export function createSite(site: Site, script: string): Hono {
  const app = new Hono();
  const policy = noInline(site.api);

  app.use(async (c, next) => {
    await next();
    c.header('Content-Security-Policy', policy);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Cache-Control', 'no-store');
  });
  app.get('/', (c) => c.html(page(site)));
  app.get('/app.js', (c) => c.body(script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  app.get('/site.css', async (c) =>
    c.body(await readFile(new URL('site.css', import.meta.url)), 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  );
  return app;
}

// In a data block, only "<" could end the block.
const inScript = (value: unknown) => raw(JSON.stringify(value).replaceAll('<', '\\u003c'));

const page = (site: Site) => html`<!doctype html>
<html lang="en" data-accent="${site.accent}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${site.name}</title>
    <link rel="stylesheet" href="/site.css">
    <script type="application/json" id="site">${inScript({ name: site.name, api: site.api, scopes: site.scopes })}</script>
    <script type="module" src="/app.js"></script>
  </head>
  <body>
    <header>
      <h1>${site.name}</h1>
      <p>${site.motto}</p>
      <p id="account" role="status">…</p>
    </header>
    <main>
      <section class="actions" aria-label="Actions">
        <button type="button" id="connect">Connect</button>
        <button type="button" id="load">Load orders</button>
        ${
          site.mayOrder
            ? html`<button type="button" id="order">Place an order</button>
                <button type="button" id="cancel">Cancel all orders</button>`
            : ''
        }
        <button type="button" id="sign-out" class="quiet">Sign out</button>
      </section>
      <p id="notice" role="alert" hidden></p>
      <section aria-labelledby="orders-title">
        <h2 id="orders-title">Your orders</h2>
        <div id="orders"><p class="soft">Nothing loaded yet.</p></div>
      </section>
      <section aria-labelledby="token-title" class="token">
        <h2 id="token-title">What this page holds</h2>
        <dl>
          <dt>Token</dt><dd id="token">none</dd>
          <dt>Scopes</dt><dd id="scopes">–</dd>
          <dt>Expires in</dt><dd id="expires">–</dd>
        </dl>
        <p class="soft">No password, no cookie, no refresh token.</p>
      </section>
      <section aria-labelledby="answer-title">
        <h2 id="answer-title">The API’s last answer</h2>
        <pre id="answer" class="soft">–</pre>
      </section>
    </main>
  </body>
</html>`;
