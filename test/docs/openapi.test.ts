import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { docsFile, docsText } from '../openapi/docs-file.ts';

it('docs/openapi.json is what the broker serves (npm run openapi writes it anew)', () => {
  expect(readFileSync(docsFile, 'utf8')).toBe(docsText());
});
