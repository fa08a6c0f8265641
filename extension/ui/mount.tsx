/** @jsxImportSource hono/jsx/dom */
import type { Child } from 'hono/jsx';
import { render } from 'hono/jsx/dom';
import { direction, language } from '../platform/i18n.ts';

/** Renders a page in the browser's language and direction. */
export function mount(page: Child): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no #root');
  document.documentElement.lang = language();
  document.documentElement.dir = direction();
  render(page, root);
}
