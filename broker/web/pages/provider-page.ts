import { html } from 'hono/html';
import { type Html, isolated } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';

export interface Choice {
  /** In the order of the list. */
  providers: readonly {
    name: string;
    /** For people. */
    label: string;
    /** It is at `/assets/providers/NAME`. */
    hasIcon: boolean;
    /** Somebody signed in with it last in this browser. */
    isLast: boolean;
  }[];
  /** `get`: links to the path with this query. `post`: a form with these hidden fields. Each adds `upstream`. */
  onward: { method: 'get' | 'post'; path: string; fields: URLSearchParams };
}

/**
 * The page on which a person chooses a provider. Links, not a form, lead to addresses that redirect to a provider: the
 * policy's form-action would apply to that redirect.
 */
export function providerPage(language: Language, { providers, onward }: Choice): Html {
  const { method, path, fields } = onward;
  const words = language.words.providers;
  // The name beside it says it all, so a screen reader passes over the icon.
  const icon = (name: string) =>
    html`<img src="/assets/providers/${encodeURIComponent(name)}" alt="" width="24" height="24"> `;
  const content = ({ name, label, hasIcon, isLast }: Choice['providers'][number]) =>
    html`${hasIcon ? icon(name) : ''}${words.at(isolated(label))}${isLast ? html` <span class="soft">${words.last}</span>` : ''}`;
  const focus = ({ isLast }: Choice['providers'][number]) => (isLast ? html` autofocus` : '');
  const list =
    method === 'get'
      ? providers.map((each) => {
          const query = new URLSearchParams(fields);
          query.set('upstream', each.name);
          return html`<li><a class="button" href="${path}?${query}"${focus(each)}>${content(each)}</a></li>`;
        })
      : providers.map(
          (each) =>
            html`<li><button type="submit" name="upstream" value="${each.name}"${focus(each)}>${content(each)}</button></li>`,
        );
  return page(
    language,
    { title: words.title },
    html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${
        method === 'get'
          ? html`<ul class="providers">${list}</ul>`
          : html`<form method="post" action="${path}">
        ${[...fields].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
        <ul class="providers">${list}</ul>
      </form>`
      }`,
  );
}
