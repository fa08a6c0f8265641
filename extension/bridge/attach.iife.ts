import { attachPortName, openedByGet } from '@latchkey/shared/page-names.ts';
import type { Runtime } from './runtime.ts';

/**
 * The content script in pages of sites with `attach_tokens`. It tells the background that such a page is there, and loads the
 * page once more if it called its API before there was a token.
 */
declare const chrome: { runtime: Runtime };

/** Later, the page may hold what the user has typed. */
const longestMs = 5_000;

/** As it was when the page began. It ends the name that the document keeps. */
const { prerendering } = document as { prerendering?: boolean };

function arrive(): void {
  // Documents of a tab differ in when they began. One that comes back from the back/forward cache is still the same.
  const name = `${attachPortName} ${performance.timeOrigin} ${prerendering}`;
  chrome.runtime.connect({ name }).onMessage.addListener((message) => {
    const served = message as [regexFilter: string, ageMs: number, at: number][];
    const now = performance.now();
    const time = Date.now();
    const isEarly = ({ name, startTime, initiatorType }: PerformanceResourceTiming): boolean =>
      // As in the rules. `other` is an EventSource.
      /^(?:fetch|xml|other)/.test(initiatorType) &&
      served.some(
        ([regexFilter, ageMs, at]) =>
          // The message may have waited for the page.
          startTime < now - Math.max(ageMs, time - at) && new RegExp(regexFilter).test(name),
      );
    new PerformanceObserver((list) => {
      if ((list.getEntries() as PerformanceResourceTiming[]).some(isEarly)) loadAgain();
    }).observe({ type: 'resource', buffered: true });
  });
}

/** Not the answer to a form, which would be lost, and not a URL that may have a code that works once. */
function loadAgain(): void {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (!page?.serverTiming?.some(({ name }) => name === openedByGet)) return;
  const { href, search, hash } = location;
  if (search || hash || performance.now() > longestMs || navigator.userActivation.hasBeenActive) return;
  location.replace(href);
}

if (window === top) {
  if (prerendering) document.addEventListener('prerenderingchange', arrive, { once: true });
  else arrive();
  // From the back/forward cache.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) arrive();
  });
}
