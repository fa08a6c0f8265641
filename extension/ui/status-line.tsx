/** @jsxImportSource hono/jsx/dom */

/** The page's one live region: what goes on, and how it ended. It is always there, and its room too. */
export const StatusLine = ({ words }: { words: string }) => (
  <p class="status-line" role="status">
    {words}
  </p>
);
