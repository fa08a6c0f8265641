import { html } from 'hono/html';
import { ago } from './ago-words.ts';
import { accessSections, accountSection, armedButtons, type Confirmed, decisionForm } from './confirm-sections.ts';
import { type Html, isolated } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';

export interface ConfirmPage extends Confirmed {
  userCode: string;
  /** Milliseconds since the device asked. */
  startedAgo: number;
  startedFrom: string | undefined;
  /** Whether the device's request came from this browser's address. It is a hint, never a condition. */
  sameNetwork: boolean;
}

/** The confirmation page of a device sign-in: who, what, for how long, and where the request came from. */
export function deviceConfirmPage(language: Language, view: ConfirmPage): Html {
  const { confirm: words } = language.words;
  const from = view.startedFrom === undefined ? words.unknownAddress : isolated(view.startedFrom);
  return page(
    language,
    { title: words.device, script: armedButtons },
    html`<h1>${words.question(html`<strong><bdi>${view.clientName}</bdi></strong>`)}</h1>
      <p class="lead">${words.code(html`<code class="code-inline" dir="ltr">${view.userCode}</code>`)}</p>
      ${view.sameNetwork ? '' : html`<p class="warning">${words.otherNetwork}</p>`}
      ${accountSection(
        language,
        view.account,
        html`<form method="post" action="/signout"><input type="hidden" name="csrf" value="${view.csrf}"><button class="link" type="submit">${words.notYou}</button></form>`,
      )}
      ${accessSections(language, view)}
      <section aria-labelledby="began">
        <h2 id="began">${words.request}</h2>
        <p>${words.began(ago(language, view.startedAgo), from)}</p>
        ${view.sameNetwork ? html`<p class="soft">${words.sameNetwork}</p>` : ''}
      </section>
      ${decisionForm(language, '/device/decision', view)}`,
  );
}
