import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';

/** The page that sends the browser on, to the provider or back from a form. */
export function continuePage(language: Language, url: string): Html {
  const { title, text, button } = language.words.moment;
  return page(
    language,
    { title, continueTo: url },
    html`<h1>${title}</h1>
      <p class="lead">${text}</p>
      <p><a class="button" href="${url}">${button}</a></p>`,
  );
}
