/** @jsxImportSource hono/jsx/dom */
import { baked } from '../platform/baked-config.ts';

/** The organization's icon if the build has one, else Latchkey's key in the current color. */
export const Logo = () =>
  baked?.hasIcons ? (
    <img class="logo" src="/icons/128.png" alt="" />
  ) : (
    <svg class="logo" viewBox="0 0 128 128" aria-hidden="true">
      <rect width="128" height="128" rx="30" />
      <g>
        <circle cx="46" cy="82" r="21" />
        <path d="M61 67 98 30M84 44l14 14" />
      </g>
    </svg>
  );
