import { html } from 'hono/html';
import { helpLinks } from './help.ts';
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
export function page(language: Language, { title, continueTo, script }: Shell, content: Html): Html {
  const { tag, direction, branding } = language;
  const name = branding?.name ?? 'Latchkey';
  const logo = branding?.logo ? '/assets/logo' : '/assets/key.svg';
  return html`<!doctype html>
<html lang="${tag}" dir="${direction}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    ${continueTo === undefined ? '' : html`<meta http-equiv="refresh" content="0; url=${continueTo}">`}
    <title>${title} · ${name}</title>
    <link rel="icon" href="${logo}">
    <link rel="stylesheet" href="/assets/pages.css">
    ${branding?.color === undefined ? '' : html`<link rel="stylesheet" href="/assets/branding.css">`}
    ${script === undefined ? '' : html`<script src="/assets/${script}" ${script === 'armed-buttons.js' ? '' : 'defer'}></script>`}
  </head>
  <body>
    <main>
      <p class="brand" dir="ltr"><img src="${logo}" alt="" height="24"> ${name}</p>
      ${content}
      ${helpLinks(language)}
    </main>
  </body>
</html>`;
}
