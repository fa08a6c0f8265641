/** Gives the focus to what a page or view has for it, where nobody has it. */
export function giveFirstFocus(): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>('[data-first], .providers button')?.focus();
}

/**
 * Gives the focus a sensible place where what had it is gone: the first of these elements that is there, else
 * the page's heading. Whoever has the focus keeps it.
 */
export function rescueFocus(...selectors: string[]): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  const place = [...selectors, 'h1'].map((selector) => document.querySelector<HTMLElement>(selector)).find(Boolean);
  if (!place) return;
  // A heading can be told of, and is no stop for the Tab key.
  if (place.tabIndex < 0) place.tabIndex = -1;
  place.focus();
}
