/** How long a click counts as one in any browser, in milliseconds. */
const activationMs = 5_000;

type Heard = Event & Pick<PointerEvent, 'pointerType'> & Pick<KeyboardEvent, 'repeat' | 'key'>;

/**
 * Numbers the clicks and key presses of a page, so that the background can tell what came with the same one. Numbers go
 * up, also from one document of a tab to the next: they are times.
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
  let last = 0;
  const next = (): void => {
    last = Math.max(last + 1, Math.floor(now()));
  };
  let seenAt = Number.NEGATIVE_INFINITY;
  let pressed = false;
  /** Whether an event is one for which browsers let a page do what takes a click (HTML, "activation triggering input event"). */
  const activates = ({ type, pointerType, repeat, key }: Heard): boolean => {
    if (type === 'keydown') return !repeat && key !== 'Escape';
    // A finger that goes down may only scroll.
    if (type.startsWith('pointer')) return (pointerType === 'mouse') === (type === 'pointerdown');
    // Assistive technology clicks without pressing anything first.
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
    // It came from a frame, whose events are not ours to hear: what we heard last no longer counts.
    if (now() - seenAt > activationMs) {
      next();
      seenAt = now();
    }
    return last;
  };
}
