/** @jsxImportSource hono/jsx/dom */
import { message } from '../platform/i18n.ts';
import type { Problem as Shown } from '../protocol/problem.ts';
import { problemText } from './problem-text.ts';

/** A problem in the user's words with the next step, and the exact message for support. */
export const Problem = ({ problem }: { problem: Shown | undefined }) =>
  problem ? (
    <section class="problem" role="alert">
      <p>{message(...problemText(problem))}</p>
      <details>
        <summary>{message('details')}</summary>
        <p>
          <code>{problem.code}</code> {problem.message}
        </p>
      </details>
    </section>
  ) : null;
