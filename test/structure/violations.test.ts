import { describe, expect, it } from 'vitest';
import { compilePlanted } from './compile-planted.ts';
import { lintPlanted } from './lint-planted.ts';
import { forbiddenImports, foreignGlobals, ownGlobals } from './violations.ts';

describe('the compiler', async () => {
  const messages = await compilePlanted([...foreignGlobals, ...ownGlobals]);

  it.each(foreignGlobals.map((row, index) => ({ ...row, said: messages[index] })))(
    'refuses in $where: $code',
    ({ said, refused }) => {
      expect(said?.map((message) => message.slice(0, refused.length))).toEqual([refused]);
    },
  );

  it.each(ownGlobals.map((row, index) => ({ ...row, said: messages[foreignGlobals.length + index] })))(
    'takes in $where: $code',
    ({ said }) => {
      expect(said).toEqual([]);
    },
  );
});

describe('lint', async () => {
  const messages = await lintPlanted(forbiddenImports);

  it.each(forbiddenImports.map((row, index) => ({ ...row, said: messages[index] })))(
    'refuses in $where: $code',
    ({ said, refused }) => {
      expect(said).toEqual([refused]);
    },
  );
});
