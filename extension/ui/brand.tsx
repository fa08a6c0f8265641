/** @jsxImportSource hono/jsx/dom */
import { message } from '../platform/i18n.ts';
import { Logo } from './logo.tsx';

/** The product name above each page. */
export const Brand = () => (
  <span class="brand">
    <Logo />
    {message('name')}
  </span>
);
