import { html } from 'hono/html';
import { type Html, page } from './layout.ts';

/** Where the device flow can end, each with the next step. */
const messages = {
  allowed: {
    mark: 'good',
    title: 'You are signed in on your device',
    text: 'It will go on by itself within a few seconds. You can close this page.',
  },
  denied: {
    mark: 'plain',
    title: 'Nothing was signed in',
    text: 'The device has been told so. You can close this page.',
  },
  reported: {
    mark: 'plain',
    title: 'Thank you. Nothing was signed in',
    text: 'The request has been erased and reported. If somebody sent you the code or a link to this page, do not answer them, and tell your administrator.',
  },
  signed_out_everywhere: {
    mark: 'good',
    title: 'You are signed out everywhere',
    text: 'Every browser and every device has to sign in again. You can close this page.',
  },
  too_late: {
    mark: 'bad',
    title: 'This code cannot be used any more',
    text: 'It is too old, or somebody has already decided on it. Start again on your device; it will show a new code.',
  },
  cancelled: {
    mark: 'plain',
    title: 'The sign-in was not finished',
    text: 'Nothing was signed in. Enter the code again when you want to go on.',
  },
  not_allowed: {
    mark: 'bad',
    title: 'Your account may not use this device',
    text: 'Nothing was signed in. Your administrator decides who may.',
  },
} as const;

export type MessageName = keyof typeof messages;

export const messagePage = (name: MessageName): Html => {
  const { mark, title, text } = messages[name];
  return page(
    { title },
    html`<p class="mark ${mark}" aria-hidden="true"></p>
      <h1>${title}</h1>
      <p class="lead">${text}</p>
      ${mark === 'good' || name === 'reported' ? '' : html`<p><a href="/device">Enter a code</a></p>`}`,
  );
};
