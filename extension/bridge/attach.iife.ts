import { attachPortName } from '@latchkey/shared/page-names.ts';
import type { Runtime } from './runtime.ts';

/**
 * The content script in pages of sites with `attach_tokens`. It tells the background that such a page is there, and loads the
 * page once more if it was faster than the token.
 */
declare const chrome: { runtime: Runtime };

/** Later, the page may hold what the user has typed. */
const longestMs = 5_000;

function arrive(): void {
  chrome.runtime.connect({ name: attachPortName }).onMessage.addListener(() => {
    if (performance.now() < longestMs && !navigator.userActivation.hasBeenActive) location.reload();
  });
}

if (window === top) {
  const { prerendering } = document as { prerendering?: boolean };
  if (prerendering) document.addEventListener('prerenderingchange', arrive, { once: true });
  else arrive();
  // From the back/forward cache.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) arrive();
  });
}
