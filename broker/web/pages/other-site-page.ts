import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';

/** The page between a link on another site and a sign-in. Until the person continues, nothing begins. */
export function otherSitePage(language: Language, url: string): Html {
  const { title, text, button } = language.words.otherSite;
  return page(
    language,
    { title },
    html`<h1>${title}</h1>
      <p class="lead">${text}</p>
      <p><a class="button" href="${url}">${button}</a></p>`,
  );
}
