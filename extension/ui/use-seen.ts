import { useEffect, useRef, useState } from 'hono/jsx/dom';

export interface Seen {
  /** Whether everything has been in view. */
  seen: boolean;
  /** Scrolls on to what hasn't been. */
  showNext(): void;
}

/**
 * Tracks whether the user has had everything that a question lists in view. A page can ask for so much that a part of it
 * is below the window, and the End key or the focus jumps over it.
 *
 * @param question any string that identifies what is listed. If it changes, everything counts as new
 * @param selector the parts of the list
 */
export function useSeen(question: string | undefined, selector: string): Seen {
  const [left, setLeft] = useState(0);
  const unseen = useRef<Element[]>([]);
  useEffect(() => {
    unseen.current = [...document.querySelectorAll(selector)];
    const look = (): void => {
      const isHidden = (part: Element): boolean => {
        const { top, bottom, height } = part.getBoundingClientRect();
        // Of a part that is higher than the window, the end counts. Positions are fractions of pixels.
        return bottom > innerHeight + 1 || (height > innerHeight ? bottom : top) < -1;
      };
      unseen.current = (unseen.current ?? []).filter(isHidden);
      setLeft(unseen.current.length);
    };
    look();
    addEventListener('scroll', look);
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [question]);
  return {
    seen: left === 0,
    showNext() {
      const [next] = unseen.current ?? [];
      const isHigh = next !== undefined && next.getBoundingClientRect().height > innerHeight;
      next?.scrollIntoView({ block: isHigh ? 'end' : 'start' });
    },
  };
}
