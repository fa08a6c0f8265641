import { html } from 'hono/html';
import type { RefusalKind } from '../../upstream/sign-in-refusal.ts';
import { type Html, isolated } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';
import type { Words } from './locales/en.ts';

/** What the person was doing. */
export type Place = keyof Words['refused']['so'] | 'account';

/** A sign-in that the provider refused, as the person sees it. */
export interface RefusedSignIn {
  kind: RefusalKind;
  /** The provider's code, for support. */
  error: string;
  /** The provider's name. */
  provider: string;
  place: Place;
  /** Path where the person can try again. */
  retry: string | undefined;
}

/** Says why the provider didn't sign the person in, what that means for what they were doing, and what they can do. */
export function refusedPage(language: Language, view: RefusedSignIn, requestId: string): Html {
  const { kind, error, provider, place, retry } = view;
  const { refused, errors } = language.words;
  const { title, text } = refused[kind];
  return page(
    language,
    { title },
    html`<p class="mark ${kind === 'denied' ? 'plain' : 'bad'}" aria-hidden="true"></p>
      <h1>${title}</h1>
      <p class="lead">${text(isolated(provider))}</p>
      ${place === 'account' ? '' : html`<p>${refused.so[place]}</p>`}
      <p class="detail" lang="en" dir="ltr"><code>${error}</code></p>
      ${retry === undefined || kind === 'setup' ? '' : html`<p><a class="button" href="${retry}">${refused.again}</a></p>`}
      <p class="fine">${errors.request} <code dir="ltr">${requestId}</code></p>`,
  );
}
