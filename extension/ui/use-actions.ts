import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import { useRef, useState } from 'hono/jsx/dom';
import { rescueFocus } from './focus.ts';
import { shownError } from './shown-error.ts';

/** Something that a page of ours does for the person. */
export interface Action {
  /** Begins within the click itself: browsers grant nothing after the first `await`. */
  run(): Promise<unknown>;
  /** What is said while it goes on. */
  doing: string;
  /** What is said when it is done. */
  done?: string;
  /** Where the focus goes if its place is gone afterwards (a selector); else the heading. */
  focus?: string;
}

export interface Actions {
  /** Buttons say so and do nothing meanwhile; they keep the focus. */
  busy: boolean;
  /** For the page's live region. */
  status: string;
  problem: PageErrorBody | undefined;
  act(action: Action): Promise<void>;
  /** Asks for the state again. */
  reload(): Promise<void>;
}

/** Runs one action at a time, says what goes on and how it ended, and asks for the state again whatever came of it. */
export function useActions(load: () => Promise<unknown>): Actions {
  const [busy, setBusy] = useState(false);
  const [status, setStatus] = useState('');
  const [problem, setProblem] = useState<PageErrorBody>();
  /** Why there is no state, until there is one again. */
  const [unread, setUnread] = useState<PageErrorBody>();
  const running = useRef(false);

  const reload = (): Promise<void> =>
    load().then(
      () => setUnread(undefined),
      (error: unknown) => setUnread(shownError(error)),
    );
  const act = async ({ run, doing, done = '', focus }: Action): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setStatus(doing);
    setProblem(undefined);
    let end = done;
    try {
      await run();
    } catch (error) {
      end = '';
      setProblem(shownError(error));
    }
    await reload();
    running.current = false;
    setBusy(false);
    setStatus(end);
    // When the page has been drawn anew.
    setTimeout(() => rescueFocus(...(focus === undefined ? [] : [focus])));
  };
  return { busy, status, problem: problem ?? unread, act, reload };
}
