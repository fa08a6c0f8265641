/** @jsxImportSource hono/jsx/dom */
import type { Organization } from '@latchkey/shared/session-api.ts';
import { message } from '../platform/i18n.ts';
import type { Problem as Shown } from '../protocol/problem.ts';
import { Help } from './help.tsx';
import { problemText } from './problem-text.ts';

/** A problem in the user's words with the next step, and the exact message for support. */
export const Problem = ({
  problem,
  organization,
}: {
  problem: Shown | undefined;
  organization?: Organization | undefined;
}) =>
  problem ? (
    <section class="problem" role="alert">
      <p>{message(...problemText(problem))}</p>
      <details>
        <summary>{message('details')}</summary>
        <p>
          <code>{problem.code}</code> {problem.message}
        </p>
      </details>
      <Help organization={organization} />
    </section>
  ) : null;
