/** Focuses the element that a page or view marks as its initial focus, if nothing has the focus. */
export function giveFirstFocus(): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>('[data-first], .providers button')?.focus();
}

/**
 * Moves the focus if the focused element is gone: to the first of these elements that exists, else to the page's
 * heading. Does nothing if something has the focus.
 */
export function rescueFocus(...selectors: string[]): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  const place = [...selectors, 'h1'].map((selector) => document.querySelector<HTMLElement>(selector)).find(Boolean);
  if (!place) return;
  // Makes a heading focusable without making it a tab stop.
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus();
}
