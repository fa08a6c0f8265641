/** How long a click counts as user activation in every browser, in milliseconds. */
const activationMs = 5_000;

type Heard = Event & Pick<PointerEvent, 'pointerType'> & Pick<KeyboardEvent, 'repeat' | 'key'>;

/**
 * Numbers a page's clicks and key presses, so that the background can tell which requests belong to the same one. The
 * numbers are timestamps, so they also increase from one document of a tab to the next.
 *
 * @param page the event target that gets the events before the page does
 * @param now monotonic clock, in milliseconds
 * @returns the number of the latest click or key press while it counts as activation, else 0
 */
export function countClicks(
  page: Pick<Window, 'addEventListener'>,
  activation: Pick<UserActivation, 'isActive'>,
  now: () => number,
): () => number {
  let last = 0;
  const next = (): void => {
    last = Math.max(last + 1, Math.floor(now()));
  };
  let seenAt = Number.NEGATIVE_INFINITY;
  let pressed = false;
  /** Whether an event counts as user activation (HTML, "activation triggering input event"). */
  const activates = ({ type, pointerType, repeat, key }: Heard): boolean => {
    if (type === 'keydown') return !repeat && key !== 'Escape';
    // A touch may be the start of a scroll.
    if (type.startsWith('pointer')) return (pointerType === 'mouse') === (type === 'pointerdown');
    // Assistive technology sends a click without a preceding press.
    return !pressed;
  };
  const hear = (event: Event): void => {
    if (!event.isTrusted) return;
    seenAt = now();
    const counts = activates(event as Heard);
    if (counts) next();
    pressed = event.type !== 'click' && (counts || pressed);
  };
  for (const type of ['pointerdown', 'pointerup', 'keydown', 'click']) page.addEventListener(type, hear, true);
  return () => {
    if (!activation.isActive) return 0;
    // The activation came from a frame, whose events don't reach us. So the last event that we saw no longer counts.
    if (now() - seenAt > activationMs) {
      next();
      seenAt = now();
    }
    return last;
  };
}
