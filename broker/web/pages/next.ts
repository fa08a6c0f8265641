import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';
import type { Words } from './locales/en.ts';

/** Where a person can continue after a flow has ended. */
export type NextStep = keyof Words['next'];

const paths: Record<NextStep, string> = { enterCode: '/device', account: '/account' };

export const nextStep = ({ words }: Language, next: NextStep | undefined): Html | string =>
  next === undefined ? '' : html`<p><a class="button" href="${paths[next]}">${words.next[next]}</a></p>`;
