import { lightened } from '@latchkey/shared/contrast.ts';

/** `--card` and `--on-accent` of pages.css in dark mode. */
const darkCard = '#1f2423';

/**
 * The organization's color as the pages' accent. In dark mode it is as much lighter as text needs.
 *
 * @param color `#rrggbb`
 */
export const brandingCss = (color: string): string =>
  `:root { --accent: light-dark(${color}, ${lightened(color, darkCard, 4.5)}); --on-accent: light-dark(#fff, #0b0f0e); }\n`;
