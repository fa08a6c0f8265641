import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Something within a sentence. */
export type Part = Html | string;

/** What is not ours to translate, in its own direction within a sentence of another. */
export const isolated = (text: string): Html => html`<bdi>${text}</bdi>`;
