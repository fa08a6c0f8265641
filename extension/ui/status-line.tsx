/** @jsxImportSource hono/jsx/dom */

/** The page's one live region: what goes on, and how it ended. It is always there, and its room too. */
export const Said = ({ words }: { words: string }) => (
  <p class="said" role="status">
    {words}
  </p>
);
