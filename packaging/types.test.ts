import { expect, it } from 'vitest';
import { publicSpecifiers } from './types.ts';

it.each([
  ["import { a } from './a.ts';", "import { a } from './a.js';"],
  ["export * from '../x/a.ts';", "export * from '../x/a.js';"],
  ["export { E } from '@latchkey/shared/errors.ts';", "export { E } from '../shared/errors.js';"],
  ["export type { S } from '../frameworks/store.ts';", "export type { S } from './frameworks/store.js';"],
  ['type T = import("@latchkey/shared/dpop.ts").Proof;', 'type T = import("../shared/dpop.js").Proof;'],
  ["import type { JWK } from 'jose';", "import type { JWK } from 'jose';"],
])('%s, for those who import', (written, published) => {
  expect(publicSpecifiers(written, { shared: '../shared', kind: 'js' })).toBe(published);
});

it.each([
  ["import { a } from './a.ts';", "import { a } from './a.cjs';"],
  ["export { E } from '@latchkey/shared/errors.ts';", "export { E } from './shared/errors.cjs';"],
  ["import type { JWK } from 'jose';", "import type { JWK } from 'jose' with { 'resolution-mode': 'import' };"],
  ["import type { ServerResponse } from 'node:http';", "import type { ServerResponse } from 'node:http';"],
])('%s, for those who require', (written, published) => {
  expect(publicSpecifiers(written, { shared: 'shared', kind: 'cjs' })).toBe(published);
});
