/** @jsxImportSource hono/jsx/dom */
import { message } from '../platform/i18n.ts';

/** The sign-in continues in a window of the browser. */
export const SigningIn = () => (
  <div class="lead hero">
    <span class="spinner" aria-hidden="true" />
    <h1>{message('signing_in_title')}</h1>
    <p>{message('signing_in_text')}</p>
  </div>
);
