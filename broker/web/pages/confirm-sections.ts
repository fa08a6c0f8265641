import { html } from 'hono/html';
import type { IdentityFact } from '../../oauth/identity-scopes.ts';
import { duration } from './ago-words.ts';
import { type Html, isolated } from './html.ts';
import type { Language } from './languages.ts';

/** What the confirmations of devices and of programs on this computer have in common. */
export interface Confirmed {
  csrf: string;
  /** Names what is decided on; sealed, and good only in this browser. */
  ticket: string;
  account: { name: string | undefined; email: string | undefined; upstream: string };
  clientName: string;
  /** Absent where no API is wanted. */
  resourceName: string | undefined;
  /** In the words of the configuration. */
  scopes: readonly string[];
  /** What it may know of the person. */
  identity: readonly IdentityFact[];
  /** How long it stays signed in, in milliseconds. */
  sessionMs: number;
}

/** Who the device will be. @param notYou the form that changes it */
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

/** "Allow" and "Deny", alike; and the way out for whoever wonders why they are asked. */
export const decisionForm = (
  { words: { confirm: words } }: Language,
  action: string,
  { csrf, ticket }: Confirmed,
): Html =>
  html`<form method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrf}">
        <input type="hidden" name="ticket" value="${ticket}">
        <div class="choice">
          <button type="submit" name="action" value="allow">${words.allow}</button>
          <button type="submit" name="action" value="deny">${words.deny}</button>
        </div>
        <p class="fine">${words.doubt}
          <button class="link" type="submit" name="action" value="report">${words.report}</button></p>
      </form>`;
