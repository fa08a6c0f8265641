/**
 * How long a question must be visible before the user can answer it, in milliseconds. It is longer than a double click,
 * and roughly the time that it takes to read the question.
 */
export const armAfterMs = 1_000;

/** The window properties that are checked. */
export interface View {
  window: Pick<
    Window,
    'addEventListener' | 'screenX' | 'screenY' | 'outerWidth' | 'outerHeight' | 'innerWidth' | 'innerHeight'
  >;
  document: Pick<Document, 'addEventListener' | 'hasFocus' | 'visibilityState' | 'documentElement'>;
  /** Monotonic clock, in milliseconds. */
  now(): number;
}

export interface Arming {
  /** How long the window has been visible, focused and in place without interruption, in milliseconds. */
  seenMs(): number;
  /** Calls the listener when an event restarts the time, so that a button can look disabled at once. */
  onRestart(listener: () => void): () => void;
}

const breaks = ['blur', 'focus', 'resize', 'pagehide', 'pageshow'];

/**
 * Tracks whether the user has had time to see what a window shows. A page can cover the window with its own and close
 * that between the two clicks of a double click. So the time restarts whenever the window is covered, hidden, moved,
 * resized or raised. A picture-in-picture window covers this one without any of that. When it closes, the pointer that was
 * over it enters this window, so the time restarts then too.
 */
export function createArming({ window, document, now }: View): Arming {
  // Moving a window fires no event.
  const place = (): string => {
    const { screenX, screenY, outerWidth, outerHeight, innerWidth, innerHeight } = window;
    return [screenX, screenY, outerWidth, outerHeight, innerWidth, innerHeight].join();
  };
  let since = now();
  let lastPlace = place();
  const listeners = new Set<() => void>();
  const restart = (): void => {
    since = now();
  };
  const interrupt = (): void => {
    restart();
    for (const listener of listeners) listener();
  };
  for (const type of breaks) window.addEventListener(type, interrupt);
  document.addEventListener('visibilitychange', interrupt);
  document.documentElement.addEventListener('pointerenter', ({ pointerType }) => {
    // A finger enters with each touch.
    if (pointerType === 'mouse') interrupt();
  });
  return {
    seenMs() {
      const at = place();
      if (at !== lastPlace || !document.hasFocus() || document.visibilityState !== 'visible') restart();
      lastPlace = at;
      return now() - since;
    },
    onRestart(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
