import { describe, expect, it } from 'vitest';
import { upwardImports } from './broker-layers.ts';
import { compilePlanted } from './compile-planted.ts';
import { extensionLayers } from './extension-layers.ts';
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
  const imports = [...forbiddenImports, ...upwardImports, ...extensionLayers];
  const messages = await lintPlanted(imports);

  it.each(imports.map((row, index) => ({ ...row, said: messages[index] })))(
    'refuses in $where: $code',
    ({ said, refused }) => {
      expect(said).toEqual([refused]);
    },
  );

  it('refuses a circle of imports, also of types alone', async () => {
    const where = 'broker/policy';
    const circle = await lintPlanted([
      { where, code: "import type { B } from './planted-1.ts';\n\nexport type A = B | string;\n" },
      { where, code: "import type { A } from './planted-0.ts';\n\nexport type B = A[];\n" },
    ]);
    expect(circle).toEqual([['This import is part of a cycle.'], ['This import is part of a cycle.']]);
  });
});
