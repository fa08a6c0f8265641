import { expect, it } from 'vitest';
import { publicSpecifiers } from './types.ts';

it.each([
  ["import { a } from './a.ts';", "import { a } from './a.js';"],
  ["export * from '../x/a.ts';", "export * from '../x/a.js';"],
  ["export { E } from '@latchkey/shared/errors.ts';", "export { E } from '../../shared/errors.js';"],
  ['type T = import("@latchkey/shared/dpop.ts").Proof;', 'type T = import("../../shared/dpop.js").Proof;'],
  ["import type { JWK } from 'jose';", "import type { JWK } from 'jose';"],
])('%s', (written, published) => {
  expect(publicSpecifiers(written, '../../shared')).toBe(published);
});
