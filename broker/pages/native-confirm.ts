import { html } from 'hono/html';
import { accessSections, accountSection, type Confirmed, decisionForm } from './confirm-parts.ts';
import { type Html, page } from './layout.ts';

interface ConfirmPage extends Confirmed {
  /** Where the program listens, such as `127.0.0.1:51004`. */
  redirectHost: string;
}

/** Before a program on this computer is signed in. */
export const nativeConfirmPage = (view: ConfirmPage): Html =>
  page(
    { title: 'Allow this program?' },
    html`<h1>Allow <strong>${view.clientName}</strong>?</h1>
      <p class="lead">A program on this computer, at <code>${view.redirectHost}</code>, asks to be signed in. Allow it only if you have just started that yourself.</p>
      ${accountSection(
        view.account,
        html`<form method="post" action="/authorize/decision"><input type="hidden" name="csrf" value="${view.csrf}"><input type="hidden" name="ticket" value="${view.ticket}"><button class="link" type="submit" name="action" value="switch_account">Not you?</button></form>`,
      )}
      ${accessSections(view)}
      ${decisionForm('/authorize/decision', view)}`,
  );
