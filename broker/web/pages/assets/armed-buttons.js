// Keeps a button that grants something from being pressed before the person can have seen it. Another page can cover
// this window with its own and close that between the two clicks of a double click. So such a button works only after
// a second in which the window was visible, in focus and in its place. A picture-in-picture window covers this one without
// a change of any of these. When it closes, the pointer that was over it enters this window, so the second starts anew
// then too. The page also works without this script.
//
// It runs in the head, before there is anything to press.
const armAfterMs = 1_000;
const selector = '[data-armed]';
let since = performance.now();
let lastPlace = '';

/** Starts the second anew. */
const restart = () => {
  since = performance.now();
};

/** Where the window is and how large. Moving it fires no event. */
const place = () => [screenX, screenY, outerWidth, outerHeight, innerWidth, innerHeight].join();

/** Returns whether the window has been seen for long enough. */
function isArmed() {
  const at = place();
  if (at !== lastPlace || !document.hasFocus() || document.visibilityState !== 'visible') restart();
  lastPlace = at;
  return performance.now() - since >= armAfterMs;
}

/** Starts the second anew, and shows that at once. */
const interrupt = () => {
  restart();
  show();
};

for (const type of ['blur', 'focus', 'resize', 'pagehide', 'pageshow']) addEventListener(type, interrupt);
document.addEventListener('visibilitychange', interrupt);
document.documentElement.addEventListener('pointerenter', ({ pointerType }) => {
  // A finger enters with each touch.
  if (pointerType === 'mouse') interrupt();
});

// Enter in a form arrives as a click on its button, too.
addEventListener(
  'click',
  (event) => {
    if (!event.target.closest?.(selector) || isArmed()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // Whoever clicks several times in a row isn't reading.
    restart();
  },
  true,
);

/** Shows whether the buttons work. */
function show() {
  const armed = isArmed();
  for (const button of document.querySelectorAll(selector)) {
    if (armed) button.removeAttribute('aria-disabled');
    else button.setAttribute('aria-disabled', 'true');
  }
}

addEventListener('DOMContentLoaded', show);
setInterval(show, 100);
