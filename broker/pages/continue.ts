import { html } from 'hono/html';
import { type Html, page } from './layout.ts';

/** On the way to the provider, or back from a form. */
export const continuePage = (url: string): Html =>
  page(
    { title: 'One moment', continueTo: url },
    html`<h1>One moment…</h1>
      <p class="lead">You are being sent on to sign in.</p>
      <p><a class="button" href="${url}">Continue</a></p>`,
  );
