import { html } from 'hono/html';
import { type Html, page } from './layout.ts';

export type CodeFault = 'malformed' | 'wrong' | 'too_many';

interface CodePage {
  csrf: string;
  /** From the QR link: fills the field in, and submits nothing. */
  userCode?: string | undefined;
  fault?: CodeFault | undefined;
  /** Who is signed in here already. */
  account?: string | undefined;
}

const faults: Record<CodeFault, string> = {
  malformed: 'A code has eight letters, such as BCDF-GHJK. Look again at your device.',
  wrong: 'No device is waiting with this code. Compare it with your device, letter by letter; codes last ten minutes.',
  too_many: 'Too many codes that were not right. Wait an hour, then try again with a new code from your device.',
};

export const deviceCodePage = ({ csrf, userCode, fault, account }: CodePage): Html =>
  page(
    { title: 'Connect a device' },
    html`<h1>Connect a device</h1>
      <p class="lead">Enter the code that your device shows.</p>
      <form method="post" action="/device">
        <input type="hidden" name="csrf" value="${csrf}">
        <label for="user_code">Code</label>
        <input id="user_code" name="user_code" class="code" value="${userCode ?? ''}" required autofocus
          autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="24"
          placeholder="XXXX-XXXX" ${fault ? html`aria-invalid="true" aria-describedby="fault"` : ''}>
        ${fault ? html`<p id="fault" class="fault" role="alert">${faults[fault]}</p>` : ''}
        <button class="primary" type="submit">Continue</button>
      </form>
      ${account ? html`<p class="fine">Signed in as ${account}.</p>` : html`<p class="fine">Next you sign in, then you see what the device asks for.</p>`}
      <p class="warning">Only go on if you are signing in to a device of your own. Nobody who writes or calls you should ever ask you to enter a code here.</p>`,
  );
