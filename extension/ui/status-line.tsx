/** @jsxImportSource hono/jsx/dom */

/** The page's only live region: what is in progress, and how it ended. It always exists and keeps its space. */
export const StatusLine = ({ words }: { words: string }) => (
  <p class="status-line" role="status">
    {words}
  </p>
);
