/** @jsxImportSource hono/jsx/dom */
import type { PageErrorBody } from '@latchkey/shared/errors.ts';
import { message } from '../platform/i18n.ts';

/** What went wrong, in the person's words with the next step, and the exact message for whoever helps them. */
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
