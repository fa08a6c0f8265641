import type { FakeLatchkey } from '@latchkey/testing';
import { expect } from 'vitest';
import { texts as en } from '../texts/en.ts';

/** Waits until an app's place in the page contains a text. */
export const text = (place: HTMLElement, what: string) =>
  expect.poll(() => place.textContent, { interval: 5 }).toContain(what);

/** Waits until a text is all that an app's place in the page has. */
export const exactly = (place: HTMLElement, what: string) =>
  expect.poll(() => place.textContent, { interval: 5 }).toBe(what);

/** The first button. */
export function button(place: HTMLElement): HTMLElement {
  const found = place.querySelector('button');
  if (!found) throw new Error('there is no button');
  return found;
}

/** Long enough for whatever would still happen, where a test says that nothing does. */
export const turns = () => new Promise((resolve) => setTimeout(resolve, 30));

/**
 * Leads a keyboard user from one prompt to the next, and expects the focus to be on the control of each.
 *
 * @param place shows the prompts of a page whose extension isn't installed yet, with a link to it
 */
export async function followFocus(place: HTMLElement, latchkey: FakeLatchkey): Promise<void> {
  await text(place, en.not_installed[1]);
  place.querySelector('a')?.focus();
  latchkey.install();
  await text(place, en.signed_out[1]);
  await expect.poll(() => document.activeElement).toBe(button(place));
  const before = document.activeElement;
  latchkey.signIn();
  await text(place, en.not_connected[1]);
  expect(document.activeElement).toBe(before);
  expect(before).toBe(button(place));
}
