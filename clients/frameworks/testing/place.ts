import { expect } from 'vitest';

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
