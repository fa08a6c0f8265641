import { html } from 'hono/html';
import type { OAuthError } from '../../errors.ts';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';
import { type NextStep, nextSteps } from './next.ts';

/**
 * The page that a person gets instead of OAuth JSON: what happened and what to do, in their language, plus the
 * technical error for support.
 */
export function errorPage(
  language: Language,
  error: OAuthError,
  { requestId, next }: { requestId: string; next: readonly NextStep[] },
): Html {
  const { errors } = language.words;
  const kind = kindOf(error);
  const { title, text } = errors[kind];
  return page(
    language,
    { title },
    html`<p class="mark bad" aria-hidden="true"></p>
      <h1>${title}</h1>
      <p class="lead">${text}</p>
      ${kind === 'notFound' ? '' : detail(error)}
      ${nextSteps(language, next)}
      <p class="fine">${errors.request} <code dir="ltr">${requestId}</code></p>`,
  );
}

/** For support. That a page is not there has no other words than the title's. */
const detail = ({ message, code }: OAuthError): Html =>
  html`<p class="detail" lang="en" dir="ltr">${sentence(message)} <code>${code}</code></p>`;

function kindOf({ code, status }: OAuthError): 'notFound' | 'stale' | 'busy' | 'other' {
  if (code === 'not_found') return 'notFound';
  if (code === 'invalid_transaction' || (code === 'invalid_request' && status === 403)) return 'stale';
  return code === 'too_many_requests' || code === 'temporarily_unavailable' ? 'busy' : 'other';
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
