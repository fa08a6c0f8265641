import { html } from 'hono/html';
import type { IdentityFact } from '../../oauth/identity-scopes.ts';
import { duration } from './ago-words.ts';
import { type Html, isolated } from './html.ts';
import type { Language } from './languages.ts';

/** What the confirmation pages of devices and native clients share. */
export interface Confirmed {
  csrf: string;
  /** Identifies the pending request. Sealed, and valid only in this browser. */
  ticket: string;
  account: { name: string | undefined; email: string | undefined; upstream: string };
  clientName: string;
  /** Absent if no API is requested. */
  resourceName: string | undefined;
  /** As worded in the configuration. */
  scopes: readonly string[];
  /** The facts about the person that the client receives. */
  identity: readonly IdentityFact[];
  /** How long the client stays signed in, in milliseconds. */
  sessionMs: number;
}

/**
 * The account that the device will use.
 *
 * @param notYou the form that switches the account
 */
export const accountSection = (
  { words: { confirm: words } }: Language,
  { name, email, upstream }: Confirmed['account'],
  notYou: Html,
): Html =>
  html`<section aria-labelledby="as">
        <h2 id="as">${words.as}</h2>
        <p><strong><bdi>${name ?? email ?? words.you}</bdi></strong>${name && email ? html` <bdi class="soft">${email}</bdi>` : ''}
        <span class="soft">·&nbsp;<bdi>${upstream}</bdi></span></p>
        ${notYou}
      </section>`;

export const accessSections = (language: Language, { resourceName, scopes, identity, sessionMs }: Confirmed): Html => {
  const { confirm: words, identity: facts } = language.words;
  const may = scopes.length === 0 ? [facts.openid] : scopes;
  return html`${
    resourceName === undefined
      ? ''
      : html`<section aria-labelledby="may">
        <h2 id="may">${words.may(isolated(resourceName))}</h2>
        <ul>${may.map((scope) => html`<li><bdi>${scope}</bdi></li>`)}</ul>
      </section>`
  }${
    identity.length === 0
      ? ''
      : html`<section aria-labelledby="learn">
        <h2 id="learn">${words.learn}</h2>
        <ul>${identity.map((fact) => html`<li>${facts[fact]}</li>`)}</ul>
      </section>`
  }
      <p class="fine">${words.stays(duration(language, sessionMs))}</p>`;
};

/** The script of every page with a button that grants something. Such a button has `data-armed`. */
export const armedButtons = 'armed-buttons.js';

/** "Allow" and "Deny", styled alike, and a way out for people who did not expect the question. */
export const decisionForm = (
  { words: { confirm: words } }: Language,
  action: string,
  { csrf, ticket }: Confirmed,
): Html =>
  html`<form method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrf}">
        <input type="hidden" name="ticket" value="${ticket}">
        <div class="choice">
          <button type="submit" name="action" value="allow" data-armed>${words.allow}</button>
          <button type="submit" name="action" value="deny">${words.deny}</button>
        </div>
        <p class="fine">${words.doubt}
          <button class="link" type="submit" name="action" value="report">${words.report}</button></p>
      </form>`;
