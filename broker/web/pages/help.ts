import { html } from 'hono/html';
import type { Html } from './html.ts';
import type { Language } from './languages.ts';

/** How people reach their organization's help, at the foot of every page. Nothing without a `branding` section. */
export function helpLinks({ words: { help }, branding }: Language): Html | string {
  const { support, recoveryUrl } = branding ?? {};
  const links = [
    ...(support?.url ? [html`<a href="${support.url}" rel="noreferrer">${help.page}</a>`] : []),
    ...(support?.email ? [html`<a href="mailto:${support.email}"><bdi>${support.email}</bdi></a>`] : []),
    ...(recoveryUrl ? [html`<a href="${recoveryUrl}" rel="noreferrer">${help.recovery}</a>`] : []),
  ];
  if (links.length === 0) return '';
  return html`<footer><span>${help.title}</span> ${links.map((link) => html`<span>${link}</span> `)}</footer>`;
}
