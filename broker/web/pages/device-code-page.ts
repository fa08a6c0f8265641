import { html } from 'hono/html';
import { type Html, isolated } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';

export interface CodePage {
  csrf: string;
  /** From the QR link. It prefills the field and submits nothing. */
  userCode?: string | undefined;
  /** Why the entered code was rejected. */
  fault?: 'malformed' | 'wrong' | undefined;
  /** The account that is already signed in. */
  account?: string | undefined;
}

/**
 * The page for entering a device's code. Its script groups the code while it is typed or pasted. The page also works
 * without the script.
 */
export function deviceCodePage(language: Language, { csrf, userCode, fault, account }: CodePage): Html {
  const { code: words, confirm } = language.words;
  return page(
    language,
    { title: words.title, script: 'code-field.js' },
    html`<h1>${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <form method="post" action="/device">
        <input type="hidden" name="csrf" value="${csrf}">
        <label for="user_code">${words.label}</label>
        <input id="user_code" name="user_code" class="code" dir="ltr" value="${userCode ?? ''}" required autofocus
          autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="400"
          placeholder="XXXX-XXXX" ${fault ? html`aria-invalid="true" aria-describedby="fault"` : ''}>
        ${fault ? html`<p id="fault" class="fault" role="alert">${words[fault]}</p>` : ''}
        <button class="primary" type="submit">${words.button}</button>
      </form>
      ${
        account
          ? html`<form method="post" action="/signout" class="fine">${words.signedInAs(isolated(account))}
        <input type="hidden" name="csrf" value="${csrf}"><button class="link" type="submit">${confirm.notYou}</button></form>`
          : html`<p class="fine">${words.next}</p>`
      }
      <p class="warning">${words.warning}</p>`,
  );
}
