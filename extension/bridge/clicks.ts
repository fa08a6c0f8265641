/** How long a click counts as one in any browser, in milliseconds. */
const activationMs = 5_000;

/**
 * Numbers the clicks and key presses of a page, so that the background can tell what came with the same one.
 *
 * @param page hears of them before the page does
 * @param now milliseconds; doesn't go back
 * @returns the number of the latest while it counts as activation; 0 otherwise
 */
export function countClicks(
  page: Pick<Window, 'addEventListener'>,
  activation: Pick<UserActivation, 'isActive'>,
  now: () => number,
): () => number {
  let count = 0;
  let seenAt = Number.NEGATIVE_INFINITY;
  let pressed = false;
  for (const type of ['pointerdown', 'keydown', 'pointerup', 'click']) {
    const isEnd = type === 'pointerup' || type === 'click';
    const hear = (event: Event): void => {
      if (!event.isTrusted) return;
      seenAt = now();
      // Assistive technology clicks without pressing anything first.
      if (isEnd ? type === 'click' && !pressed : !(event as KeyboardEvent).repeat) count += 1;
      if (type !== 'pointerup') pressed = !isEnd;
    };
    page.addEventListener(type, hear, true);
  }
  return () => {
    if (!activation.isActive) return 0;
    // It came from a frame, whose events are not ours to hear: what we heard last no longer counts.
    if (now() - seenAt > activationMs) {
      count += 1;
      seenAt = now();
    }
    return count;
  };
}
