/** @jsxImportSource hono/jsx/dom */
import { message } from '../platform/i18n.ts';

/** The outline of what comes, in its place, until the background has answered. */
export const Skeleton = ({ isWaiting }: { isWaiting: boolean }) => (
  <>
    <h1 class="unseen">{message(isWaiting ? 'loading' : 'name')}</h1>
    {isWaiting ? (
      <div class="skeleton" aria-hidden="true">
        <i class="face" />
        <i />
        <i />
        <i />
      </div>
    ) : null}
  </>
);
