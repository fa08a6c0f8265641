import { html } from 'hono/html';
import { accessSections, accountSection, type Confirmed, decisionForm } from './confirm-parts.ts';
import { type Html, page } from './layout.ts';

interface ConfirmPage extends Confirmed {
  userCode: string;
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
      ${accountSection(
        view.account,
        html`<form method="post" action="/signout"><input type="hidden" name="csrf" value="${view.csrf}"><button class="link" type="submit">Not you?</button></form>`,
      )}
      ${accessSections(view)}
      <section aria-labelledby="began">
        <h2 id="began">The request</h2>
        <p>Began ${view.startedAt}, from ${view.startedFrom}.</p>
        <p class="${view.sameNetwork ? 'soft' : 'warning'}">${
          view.sameNetwork
            ? 'Your device is on the same network as this browser.'
            : 'Your device is on another network than this browser. If it is not beside you, deny.'
        }</p>
      </section>
      ${decisionForm('/device/decision', view)}`,
  );
