import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

interface Shell {
  title: string;
  /** Sends the browser on without a form: a policy's form-action would hold for the provider's redirects as well. */
  continueTo?: string;
}

/** The frame of every page that people see: one column, works without JavaScript. */
export const page = ({ title, continueTo }: Shell, content: Html): Html => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    ${continueTo === undefined ? '' : html`<meta http-equiv="refresh" content="0; url=${continueTo}">`}
    <title>${title} · Latchkey</title>
    <link rel="icon" href="/assets/key.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/pages.css">
  </head>
  <body>
    <main>
      <p class="brand"><img src="/assets/key.svg" alt="" width="24" height="24"> Latchkey</p>
      ${content}
    </main>
  </body>
</html>`;
