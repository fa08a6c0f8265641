import { useEffect, useRef, useState } from 'hono/jsx/dom';
import { type Arming, armAfterMs, createArming } from './arming.ts';

export interface Armed {
  /** Whether to show the button as enabled. */
  armed: boolean;
  /** Checks again at the press. A press that is too early restarts the time, because rapid clickers don't read. */
  press(): boolean;
}

const lookEveryMs = 100;

/** Shared by all buttons of the page. */
let arming: Arming | undefined;

/**
 * Disables a button until the user has had time to see what it is about.
 *
 * @param question any string that identifies what the button answers. If it changes, the time restarts. Without it, the
 * button is always enabled
 */
export function useArmed(question: string | undefined): Armed {
  arming ??= createArming({ window, document, now: () => performance.now() });
  const { seenMs, onRestart } = arming;
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
    const forget = onRestart(() => draw(false));
    return () => {
      clearInterval(timer);
      forget();
    };
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
