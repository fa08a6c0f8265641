/** @jsxImportSource hono/jsx/dom */
import { contrastWithWhite } from '@latchkey/shared/contrast.ts';
import type { Organization } from '@latchkey/shared/session-api.ts';
import { useEffect } from 'hono/jsx/dom';
import { message } from '../platform/i18n.ts';
import { Logo } from './logo.tsx';

/** WCAG 2.2, 1.4.3: white text on the organization's color. The broker has checked it, but need not be honest. */
const leastContrast = 4.5;

/**
 * The product above each page, and beside it the organization. What the broker says of the organization stays in its own
 * box, in one line, and out of our sentences, so that it can't speak in our name.
 */
export const Brand = ({ organization }: { organization?: Organization | undefined }) => {
  const { name, logo, color } = organization ?? {};
  useEffect(() => {
    const fits = color !== undefined && contrastWithWhite(color) >= leastContrast;
    const { style } = document.documentElement;
    if (fits) style.setProperty('--organization', color);
    else style.removeProperty('--organization');
  }, [color]);
  // A build can have the organization's name and icon already.
  const own = message('name');
  const more = name === undefined || own.includes(name) ? undefined : name;
  return (
    <span class="brand">
      <Logo />
      <span class="product">{own}</span>
      {logo || more ? (
        <span class="whose" title={more}>
          {logo ? <img src={logo} alt={more ? '' : (name ?? '')} /> : null}
          {more ? <bdi>{more}</bdi> : null}
        </span>
      ) : null}
    </span>
  );
};
