import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';

interface Shell {
  title: string;
  /**
   * Sends the browser on without a form, because the policy's form-action would also apply to the provider's
   * redirects.
   */
  continueTo?: string;
  /** A script under `/assets/`, which the response's policy has to allow (`hasScript`). */
  script?: 'code-field.js' | 'armed-buttons.js';
}

/** The layout of every page: one column, works without JavaScript. */
export const page = ({ tag, direction }: Language, { title, continueTo, script }: Shell, content: Html): Html =>
  html`<!doctype html>
<html lang="${tag}" dir="${direction}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    ${continueTo === undefined ? '' : html`<meta http-equiv="refresh" content="0; url=${continueTo}">`}
    <title>${title} · Latchkey</title>
    <link rel="icon" href="/assets/key.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/pages.css">
    ${script === undefined ? '' : html`<script src="/assets/${script}" ${script === 'armed-buttons.js' ? '' : 'defer'}></script>`}
  </head>
  <body>
    <main>
      <p class="brand" dir="ltr"><img src="/assets/key.svg" alt="" width="24" height="24"> Latchkey</p>
      ${content}
    </main>
  </body>
</html>`;
