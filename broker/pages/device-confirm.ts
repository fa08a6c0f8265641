import { html } from 'hono/html';
import { type Html, page } from './layout.ts';

interface ConfirmPage {
  csrf: string;
  /** Names the grant that is decided on; sealed, and good only in this browser. */
  ticket: string;
  account: { name: string | undefined; email: string | undefined; upstream: string };
  clientName: string;
  userCode: string;
  resourceName: string;
  /** In the words of the configuration. */
  scopes: readonly string[];
  startedAt: string;
  startedFrom: string;
  /** Whether the device asked from this browser's address. A hint, never a gate. */
  sameNetwork: boolean;
}

export const deviceConfirmPage = (view: ConfirmPage): Html =>
  page(
    { title: 'Allow this device?' },
    html`<h1>Allow <strong>${view.clientName}</strong>?</h1>
      <p class="lead">It shows the code <code class="code-inline">${view.userCode}</code>. If your device shows another one, deny.</p>
      <section aria-labelledby="as">
        <h2 id="as">It will be signed in as</h2>
        <p>${view.account.name ?? view.account.email ?? 'you'}${view.account.name && view.account.email ? html` <span class="soft">${view.account.email}</span>` : ''}
        <span class="soft">· ${view.account.upstream}</span></p>
        <form method="post" action="/signout"><input type="hidden" name="csrf" value="${view.csrf}"><button class="link" type="submit">Not you?</button></form>
      </section>
      <section aria-labelledby="may">
        <h2 id="may">It may, in ${view.resourceName}</h2>
        <ul>${view.scopes.map((scope) => html`<li>${scope}</li>`)}</ul>
      </section>
      <section aria-labelledby="began">
        <h2 id="began">The request</h2>
        <p>Began ${view.startedAt}, from ${view.startedFrom}.</p>
        <p class="${view.sameNetwork ? 'soft' : 'warning'}">${
          view.sameNetwork
            ? 'Your device is on the same network as this browser.'
            : 'Your device is on another network than this browser. If it is not beside you, deny.'
        }</p>
      </section>
      <form method="post" action="/device/decision" class="choice">
        <input type="hidden" name="csrf" value="${view.csrf}">
        <input type="hidden" name="ticket" value="${view.ticket}">
        <button type="submit" name="action" value="allow">Allow</button>
        <button type="submit" name="action" value="deny">Deny</button>
      </form>
      <p class="fine">Did you not start this yourself? Then deny: somebody may be trying to sign in as you.</p>`,
  );
