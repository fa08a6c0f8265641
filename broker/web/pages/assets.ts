import { readFileSync } from 'node:fs';

interface Asset {
  type: string;
  body: string;
}

const read = (name: string): string => readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');

/** The assets of the pages, by their name under `/assets/`. They are read once at startup. */
export const assets: ReadonlyMap<string, Asset> = new Map([
  ['pages.css', { type: 'text/css; charset=utf-8', body: read('pages.css') }],
  ['key.svg', { type: 'image/svg+xml', body: read('key.svg') }],
  ['armed-buttons.js', { type: 'text/javascript; charset=utf-8', body: read('armed-buttons.js') }],
  ['code-field.js', { type: 'text/javascript; charset=utf-8', body: read('code-field.js') }],
]);
