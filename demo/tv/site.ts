import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import { renderSVG } from 'uqr';
import type { Screen, Tv } from './tv.ts';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** The television's screen, readable from ten feet. Tokens stay on the server; the page gets only what it shows. */
export function createTvSite(tv: Tv): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header('Content-Security-Policy', policy);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Cache-Control', 'no-store');
  });
  app.get('/', async (c) => c.html(page(await tv.screen())));
  app.get('/screen', async (c) => c.html(picture(await tv.screen())));
  app.post('/start-over', async (c) => {
    // Reject forms of other sites.
    if (c.req.header('Sec-Fetch-Site') !== 'same-origin') return c.text('Forbidden', 403);
    await tv.startOver();
    return c.redirect('/', 303);
  });
  for (const [file, type] of Object.entries({ 'tv.js': 'text/javascript', 'tv.css': 'text/css' })) {
    app.get(`/${file}`, async (c) =>
      c.body(await readFile(new URL(file, import.meta.url)), 200, { 'Content-Type': `${type}; charset=utf-8` }),
    );
  }
  return app;
}

const page = (screen: Screen) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Living-room TV</title>
    <link rel="stylesheet" href="/tv.css">
    <script src="/tv.js" defer></script>
  </head>
  <body><main aria-live="polite">${picture(screen)}</main></body>
</html>`;

const again = (label: string) =>
  html`<form method="post" action="/start-over"><button type="submit">${label}</button></form>`;

function picture(screen: Screen) {
  switch (screen.type) {
    case 'code':
      return html`<div class="words">
          <h1>Sign in to see your orders</h1>
          <ol>
            <li>Scan this with your phone, or open <strong>${screen.page.replace(/^https?:\/\//, '')}</strong></li>
            <li>Compare the code, or enter it:</li>
          </ol>
          <p class="code">${screen.userCode}</p>
          <p class="soft">This screen goes on by itself.</p>
        </div>
        <div class="qr" role="img" aria-label="QR code of the link">${raw(renderSVG(screen.link, { border: 2 }))}</div>`;
    case 'orders':
      return html`<div class="words">
          <h1>Hello, ${screen.name}</h1>
          <ul class="orders">${screen.orders.map(
            ({ id, item, quantity }) =>
              html`<li><span>${item}</span> <span class="soft">${quantity} × · ${id}</span></li>`,
          )}</ul>
          ${screen.orders.length === 0 ? html`<p class="soft">No orders.</p>` : ''}
          ${again('Sign out')}
        </div>`;
    case 'denied':
      return html`<div class="words"><h1>Nobody is signed in</h1><p>The sign-in was denied on the other device.</p>${again('Try again')}</div>`;
    case 'trouble':
      return html`<div class="words"><h1>One moment</h1><p>The sign-in service does not answer. This screen goes on by itself.</p></div>`;
  }
}
