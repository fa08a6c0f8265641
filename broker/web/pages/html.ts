import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A part of a sentence. */
export type Part = Html | string;

/** Isolates text that is not translated, so that it keeps its own direction within a sentence. */
export const isolated = (text: string): Html => html`<bdi>${text}</bdi>`;
