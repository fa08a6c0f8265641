/** @jsxImportSource hono/jsx/dom */
import type { Child } from 'hono/jsx';

/**
 * The page's live region for actions: what is in progress, and how it ended. It always exists and keeps its space.
 *
 * @param children a button that belongs to it. It is outside the live region, which would read it as text
 */
export const StatusLine = ({ words, children }: { words: string; children?: Child }) => (
  <div class="status-line">
    <p role="status">{words}</p>
    {children}
  </div>
);
