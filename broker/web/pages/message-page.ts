import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';
import { page } from './layout.ts';
import type { Words } from './locales/en.ts';
import { type NextStep, nextSteps } from './next.ts';

export type MessageName = keyof Words['ends'];

interface End {
  mark: 'good' | 'plain' | 'bad';
  /** Where the person can continue. */
  next?: NextStep;
}

/** The possible final pages, each with its next step. */
const ends: Record<MessageName, End> = {
  allowed: { mark: 'good', next: 'account' },
  denied: { mark: 'plain', next: 'enterCode' },
  reported: { mark: 'plain', next: 'account' },
  expired: { mark: 'bad', next: 'enterCode' },
  used: { mark: 'bad', next: 'enterCode' },
  // No next step: entering another code is what the person must not do now.
  too_many: { mark: 'bad' },
  not_allowed: { mark: 'bad', next: 'account' },
  signed_out: { mark: 'good' },
  signed_out_everywhere: { mark: 'good', next: 'signIn' },
  gone: { mark: 'plain', next: 'account' },
};

export const messageNames = Object.keys(ends) as MessageName[];

/** Shows how a flow ended and what to do next. */
export function messagePage(language: Language, name: MessageName): Html {
  const { mark, next } = ends[name];
  const { title, text } = language.words.ends[name];
  return page(
    language,
    { title },
    html`<p class="mark ${mark}" aria-hidden="true"></p>
      <h1>${title}</h1>
      <p class="lead">${text}</p>
      ${nextSteps(language, next === undefined ? [] : [next])}`,
  );
}
