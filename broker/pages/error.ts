import { html } from 'hono/html';
import type { OAuthError } from '../errors.ts';
import { type Html, page } from './layout.ts';

/** What a person sees where a program would get OAuth JSON: what happened, what to do, and what to tell support. */
export const errorPage = (error: OAuthError, requestId: string): Html =>
  page(
    { title: 'That did not work' },
    html`<h1>That did not work</h1>
      <p class="lead">${sentence(error.message)}</p>
      <p><a class="button" href="/device">Enter a code again</a></p>
      <p class="fine">If it stays: <code>${error.code}</code>, request <code>${requestId}</code></p>`,
  );

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
