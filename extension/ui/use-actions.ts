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
  /** A selector: where the focus goes if the focused element is gone afterwards. Defaults to the heading. */
  focus?: string;
}

export interface Actions {
  /** While true, buttons look disabled and do nothing, but keep the focus. */
  busy: boolean;
  /** For the page's live region. */
  status: string;
  problem: Problem | undefined;
  act(action: Action): Promise<void>;
  /** Reloads the state. */
  reload(): Promise<void>;
}

/** Runs one action at a time, reports progress and result, and then reloads the state. */
export function useActions(load: () => Promise<unknown>): Actions {
  const [busy, setBusy] = useState(false);
  const [status, setStatus] = useState('');
  const [problem, setProblem] = useState<Problem>();
  /** Why the state couldn't be loaded. */
  const [unread, setUnread] = useState<Problem>();
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
    // Wait until the page has rendered.
    setTimeout(() => rescueFocus(...(focus === undefined ? [] : [focus])));
  };
  return { busy, status, problem: problem ?? unread, act, reload };
}
