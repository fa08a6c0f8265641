import { html, raw } from 'hono/html';
import type { DemoUser } from '../users.ts';
import { demoCode } from './second-factor.ts';

type Html = ReturnType<typeof html>;

const page = (title: string, body: Html): Html => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} – Example Corp</title>
    <link rel="stylesheet" href="/idp.css">
  </head>
  <body>
    <main>
      <p class="brand"><span aria-hidden="true">◆</span> Example Corp</p>
      ${body}
    </main>
    <footer>The demo’s identity provider: a real OpenID Connect provider with made-up people.</footer>
  </body>
</html>`;

const codeField = html`<label>Code
          <input name="otp" inputmode="numeric" autocomplete="one-time-code" required>
        </label>
        <p>A real provider would ask your phone. Here the code is <code>${demoCode}</code>.</p>`;

const alert = (error: string | undefined): Html =>
  html`${error === undefined ? '' : html`<p class="error" role="alert">${error}</p>`}`;

/** Asks for the second factor only: the person is already signed in. */
export const factorPage = (action: string, username: string, error?: string): Html =>
  page(
    'One more step',
    html`<h1>One more step</h1>
      ${alert(error)}
      <p>You are signed in as <strong>${username}</strong>. What you want to do asks for a second factor.</p>
      <form method="post" action="${action}">
        ${codeField}
        <button type="submit">Continue</button>
      </form>`,
  );

interface LoginForm {
  /** Whether the form also asks for the second factor. */
  factor: boolean;
  /** The previous attempt, if there was one. */
  attempt?: { username: string; error: string } | undefined;
}

/** The login form. */
export function loginPage(users: readonly DemoUser[], action: string, { factor, attempt }: LoginForm): Html {
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
      ${alert(attempt?.error)}
      <form method="post" action="${action}">
        <label>Username
          <input name="username" autocomplete="username" autocapitalize="none" required autofocus value="${attempt?.username ?? ''}">
        </label>
        <label>Password
          <input name="password" type="password" autocomplete="current-password" required>
        </label>
        ${factor ? codeField : ''}
        <button type="submit">Sign in</button>
      </form>
      <table>
        <caption>People of this demo</caption>
        <thead><tr><th scope="col">Username</th><th scope="col">Password</th><th scope="col">Groups</th></tr></thead>
        <tbody>
          ${users.map(
            (user) =>
              html`<tr><td><code>${user.username}</code></td><td><code>${user.password}</code></td><td>${user.groups.join(', ')}</td></tr>`,
          )}
        </tbody>
      </table>`,
  );
}

/** Asks whether Latchkey may have what it has asked for. */
export const consentPage = (action: string): Html =>
  page(
    'Allow access',
    html`<h1>Allow Latchkey to sign you in?</h1>
      <p>It gets your name, e-mail address and groups, and can renew them while you are away.</p>
      <form method="post" action="${action}"><button type="submit" id="allow">Allow</button></form>`,
  );

/** Asks before the provider's session ends (RP-initiated logout). `form` comes from the provider, with its CSRF token. */
export const logoutPage = (form: string): Html =>
  page(
    'Sign out',
    html`<h1>Sign out of Example Corp?</h1>
      ${raw(form)}
      <button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
      <button type="submit" form="op.logoutForm" class="quiet">Stay signed in</button>`,
  );

/** A page with a message. */
export const messagePage = (title: string, text: string): Html =>
  page(title, html`<h1>${title}</h1><p role="status">${text}</p>`);
