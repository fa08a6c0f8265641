import { html } from 'hono/html';
import { accessSections, accountSection, armedButtons, type Confirmed, decisionForm } from './confirm-sections.ts';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';

export interface NativeConfirmPage extends Confirmed {
  /** The client's redirect host, such as `127.0.0.1:51004`. */
  redirectHost: string;
}

/** The confirmation page of a native client on this computer. */
export function nativeConfirmPage(language: Language, view: NativeConfirmPage): Html {
  const { confirm: words } = language.words;
  return page(
    language,
    { title: words.program, script: armedButtons },
    html`<h1>${words.question(html`<strong><bdi>${view.clientName}</bdi></strong>`)}</h1>
      <p class="lead">${words.listens(html`<code dir="ltr">${view.redirectHost}</code>`)}</p>
      ${accountSection(
        language,
        view.account,
        html`<form method="post" action="/authorize/decision"><input type="hidden" name="csrf" value="${view.csrf}"><input type="hidden" name="ticket" value="${view.ticket}"><button class="link" type="submit" name="action" value="switch_account">${words.notYou}</button></form>`,
      )}
      ${accessSections(language, view)}
      ${decisionForm(language, '/authorize/decision', view)}`,
  );
}
