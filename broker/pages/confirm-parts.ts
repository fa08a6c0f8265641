import { html } from 'hono/html';
import type { Html } from './layout.ts';

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
  /** What it may know of the person, in words. */
  identity: readonly string[];
}

/** Who the device will be. @param notYou the form that changes it */
export const accountSection = ({ name, email, upstream }: Confirmed['account'], notYou: Html): Html =>
  html`<section aria-labelledby="as">
        <h2 id="as">It will be signed in as</h2>
        <p>${name ?? email ?? 'you'}${name && email ? html` <span class="soft">${email}</span>` : ''}
        <span class="soft">· ${upstream}</span></p>
        ${notYou}
      </section>`;

export const accessSections = ({ resourceName, scopes, identity }: Confirmed): Html =>
  html`${
    resourceName === undefined
      ? ''
      : html`<section aria-labelledby="may">
        <h2 id="may">It may, in ${resourceName}</h2>
        <ul>${scopes.length === 0 ? html`<li>Know that it is you</li>` : scopes.map((scope) => html`<li>${scope}</li>`)}</ul>
      </section>`
  }${
    identity.length === 0
      ? ''
      : html`<section aria-labelledby="know">
        <h2 id="know">It may learn about you</h2>
        <ul>${identity.map((words) => html`<li>${words}</li>`)}</ul>
      </section>`
  }`;

/** "Allow" and "Deny", alike; and the way out for whoever wonders why they are asked. */
export const decisionForm = (action: string, { csrf, ticket }: Confirmed): Html =>
  html`<form method="post" action="${action}">
        <input type="hidden" name="csrf" value="${csrf}">
        <input type="hidden" name="ticket" value="${ticket}">
        <div class="choice">
          <button type="submit" name="action" value="allow">Allow</button>
          <button type="submit" name="action" value="deny">Deny</button>
        </div>
        <p class="fine">Did somebody else ask you to do this? They may be trying to sign in as you.
          <button class="link" type="submit" name="action" value="report">I did not start this</button></p>
      </form>`;
