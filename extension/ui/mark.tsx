/** @jsxImportSource hono/jsx/dom */

/** The key of Latchkey, drawn by the current colour. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 128 128" aria-hidden="true">
    <rect width="128" height="128" rx="30" />
    <g>
      <circle cx="46" cy="82" r="21" />
      <path d="M61 67 98 30M84 44l14 14" />
    </g>
  </svg>
);
