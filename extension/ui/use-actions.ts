import { useRef, useState } from 'hono/jsx/dom';
import type { Problem } from '../protocol/problem.ts';
import { rescueFocus } from './focus.ts';
import { shownError } from './shown-error.ts';

/** An action that a page does for the user. */
export interface Action {
  /** Starts within the click handler. After the first `await`, browsers no longer grant access. */
  run(): Promise<unknown>;
  /** The status while it runs. */
  doing: string;
  /** The status when it is done. */
  done?: string;
  /** Undoes it. Offered until the next action, or until the page is closed. */
  undo?: Undo | undefined;
  /** A selector: where the focus goes if the focused element is gone afterwards. Defaults to the heading. */
  focus?: string;
}

/** The offer to undo an action. */
export interface Undo {
  /** The accessible name. It starts with the button's text. */
  label: string;
  /** What it gives, as for `Button`. */
  gives: string;
  action: Action;
}

export interface Actions {
  /** While true, buttons look disabled and do nothing, but keep the focus. */
  busy: boolean;
  /** For the page's live region. */
  status: string;
  undo: Undo | undefined;
  problem: Problem | undefined;
  act(action: Action): Promise<void>;
  /** Reloads the state. */
  reload(): Promise<void>;
}

/** How long a result stays in sight. */
const fadeAfterMs = 8_000;

/** Runs one action at a time, reports progress and result, and then reloads the state. */
export function useActions(load: () => Promise<unknown>): Actions {
  const [busy, setBusy] = useState(false);
  const [status, setStatus] = useState('');
  const [undo, setUndo] = useState<Undo>();
  const [problem, setProblem] = useState<Problem>();
  /** Why the state couldn't be loaded. */
  const [unread, setUnread] = useState<Problem>();
  const running = useRef(false);
  const fading = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const reload = (): Promise<void> =>
    load().then(
      () => setUnread(undefined),
      (error: unknown) => setUnread(shownError(error)),
    );
  const act = async ({ run, doing, done = '', undo: offered, focus }: Action): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    clearTimeout(fading.current);
    setStatus(doing);
    setUndo(undefined);
    setProblem(undefined);
    let end = done;
    let after = offered;
    try {
      await run();
    } catch (error) {
      end = '';
      after = undefined;
      setProblem(shownError(error));
    }
    await reload();
    running.current = false;
    setBusy(false);
    setStatus(end);
    setUndo(after);
    // An offer stays: nobody has to hurry (WCAG 2.2.1).
    if (!after) fading.current = setTimeout(setStatus, fadeAfterMs, '');
    // Wait until the page has rendered.
    setTimeout(() => rescueFocus(...(focus === undefined ? [] : [focus])));
  };
  return { busy, status, undo, problem: problem ?? unread, act, reload };
}
