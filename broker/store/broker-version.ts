import { readFileSync } from 'node:fs';

/** The version of this package, such as `0.1.0`. */
// The manifest is one folder up, from the sources and from `dist/`.
export const brokerVersion: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;
