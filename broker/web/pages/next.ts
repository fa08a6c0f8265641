import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';
import type { Words } from './locales/en.ts';
import type { Place } from './refused-page.ts';

/** Where a person can continue after a flow has ended. */
export type NextStep = keyof Words['next'];

const paths: Record<NextStep, string> = { enterCode: '/device', account: '/account', signIn: '/account' };

/** Where people can continue who were doing something. A program starts anew by itself. */
export const nextOf: Readonly<Record<Place, readonly NextStep[]>> = {
  device: ['enterCode'],
  program: [],
  account: ['account'],
  everywhere: ['account'],
};

/** Where people can continue of whom nothing is known. */
export const anywhere: readonly NextStep[] = ['account', 'enterCode'];

export const nextSteps = ({ words }: Language, steps: readonly NextStep[]): Html[] =>
  steps.map((step) => html`<p><a class="button" href="${paths[step]}">${words.next[step]}</a></p>`);
