import { useEffect, useRef, useState } from 'hono/jsx/dom';
import { type Arming, armAfterMs, createArming } from './arming.ts';

export interface Armed {
  /** Whether to draw the button as one that can be pressed. */
  armed: boolean;
  /** Asks again, at the press itself. A press that comes too early starts the time anew: whoever clicks in a row isn't reading. */
  press(): boolean;
}

const lookEveryMs = 100;

/** One for all buttons of the page. */
let arming: Arming | undefined;

/**
 * Keeps a button from being pressed before the person can have seen what it is about.
 *
 * @param question what the button answers, in any words: another one starts the time anew. Without one the button can
 * always be pressed
 */
export function useArmed(question: string | undefined): Armed {
  arming ??= createArming({ window, document, now: () => performance.now() });
  const { seenMs } = arming;
  const [, draw] = useState(false);
  const asked = useRef({ question, since: performance.now() });
  if (asked.current?.question !== question) asked.current = { question, since: performance.now() };
  const isArmed = (): boolean => {
    const askedMs = performance.now() - (asked.current?.since ?? 0);
    return question === undefined || Math.min(seenMs(), askedMs) >= armAfterMs;
  };
  useEffect(() => {
    if (question === undefined) return undefined;
    const timer = setInterval(() => draw(isArmed()), lookEveryMs);
    return () => clearInterval(timer);
  }, [question]);
  return {
    armed: isArmed(),
    press() {
      const armed = isArmed();
      if (!armed) asked.current = { question, since: performance.now() };
      return armed;
    },
  };
}
