/**
 * How long a question must have been before the person, in milliseconds, before it can be answered: longer than a double
 * click, and about what it takes to read it.
 */
export const armAfterMs = 1_000;

/** What of a window counts. */
export interface View {
  window: Pick<
    Window,
    'addEventListener' | 'screenX' | 'screenY' | 'outerWidth' | 'outerHeight' | 'innerWidth' | 'innerHeight'
  >;
  document: Pick<Document, 'addEventListener' | 'hasFocus' | 'visibilityState'>;
  /** Milliseconds; doesn't go back. */
  now(): number;
}

export interface Arming {
  /** For how long the window has been visible, in focus and in its place, without a break; in milliseconds. */
  seenMs(): number;
}

const breaks = ['blur', 'focus', 'resize', 'pagehide', 'pageshow'];

/**
 * Watches whether the person can have seen what a window shows. A page can cover it with a window of its own and close
 * that between the two clicks of a double click: so whatever covers, hides, moves, resizes or raises it starts the time
 * anew.
 */
export function createArming({ window, document, now }: View): Arming {
  // A window that is moved gets no event.
  const place = (): string => {
    const { screenX, screenY, outerWidth, outerHeight, innerWidth, innerHeight } = window;
    return [screenX, screenY, outerWidth, outerHeight, innerWidth, innerHeight].join();
  };
  let since = now();
  let lastPlace = place();
  const restart = (): void => {
    since = now();
  };
  for (const type of breaks) window.addEventListener(type, restart);
  document.addEventListener('visibilitychange', restart);
  return {
    seenMs() {
      const at = place();
      if (at !== lastPlace || !document.hasFocus() || document.visibilityState !== 'visible') restart();
      lastPlace = at;
      return now() - since;
    },
  };
}
