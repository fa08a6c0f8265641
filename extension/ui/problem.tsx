/** @jsxImportSource hono/jsx/dom */
import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import { message } from '../platform/i18n.ts';

/** A problem in the user's words with the next step, and the exact message for support. */
export const Problem = ({ problem }: { problem: PageErrorBody | undefined }) =>
  problem ? (
    <section class="problem" role="alert">
      <p>{message(`problem_${problem.code}`)}</p>
      <details>
        <summary>{message('details')}</summary>
        <p>
          <code>{problem.code}</code> {problem.message}
        </p>
      </details>
    </section>
  ) : null;
